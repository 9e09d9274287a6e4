"""The admin site: same sign-in and same look as the rest of the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, reverse

from accounts.policies import administrators, anybody


class Console(admin.AdminSite):
    """Where administrators run the product."""

    site_header = "AI to Production"
    site_title = "AI to Production"
    index_title = "Console"
    enable_nav_sidebar = True

    def get_urls(self) -> list[Any]:
        """All for administrators but the way in, which leads on to the product's own."""
        patterns = super().get_urls()
        for pattern in _all_in(patterns):
            declare = anybody if pattern.name == "login" else administrators
            pattern.callback = declare(pattern.callback)
        return patterns

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send visitors to the product's sign-in; tell signed-in users that they may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("The admin console is open to administrators only.")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))


def _all_in(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in patterns:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from _all_in(each.url_patterns)
