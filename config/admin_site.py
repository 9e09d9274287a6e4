"""The admin site: same sign-in and same look as the rest of the product."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class Console(admin.AdminSite):
    """Where administrators run the product."""

    site_header = "AI to Production"
    site_title = "AI to Production"
    index_title = "Console"
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Send visitors to the product's sign-in; tell signed-in users that they may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("The admin console is open to administrators only.")
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))
