"""Handing out and erasing what is stored about a user, from the user's page in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from accounts import downloads, erasure
from accounts.models import User
from accounts.services import AccountError
from operations import privacy

GONE = "The account is erased for good, with what was stored about its user."
GOING = (
    "The account is shut. What is stored about its user is being erased; that takes some minutes."
)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object


class PersonalData(_ModelAdmin):
    """Adds *Export data* and *Erase* to the page of a user, by the services of the JSON API."""

    def get_urls(self) -> list[Any]:
        site = self.admin_site
        export = site.admin_view(require_POST(self.export_data))
        erase = site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.erase))
        return [
            path("<path:object_id>/data/", export, name="accounts_user_data"),
            path("<path:object_id>/erase/", erase, name="accounts_user_erase"),
            *super().get_urls(),
        ]

    def export_data(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Everything that is stored about the user, to be saved as a file."""
        user = self._user(request, object_id)
        return downloads.personal_data(user, called=f"user-{user.pk}")

    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET: what will go and what stays. POST with the address typed: erase the account."""
        user = self._user(request, object_id)
        if request.method != "POST":
            return self._erase_page(request, user)
        try:
            erasure.confirm(user, request.POST.get("email", ""))
            is_gone = erasure.delete_somebody(user=user, by=cast(User, request.user))
        except ValidationError as problem:
            return self._erase_page(request, user, problem.messages[0])
        except AccountError as problem:
            return self._erase_page(request, user, str(problem))
        self.message_user(request, GONE if is_gone else GOING, messages.SUCCESS)
        return redirect("admin:accounts_user_changelist")

    def _erase_page(self, request: HttpRequest, user: User, problem: str = "") -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Erase this user?",
            "opts": self.opts,
            "original": user,
            "holdings": privacy.holdings(),
            "problem": problem,
        }
        status = 422 if problem else 200
        return TemplateResponse(request, "admin/accounts/user/erase.html", context, status=status)

    def _user(self, request: HttpRequest, object_id: str) -> User:
        user: User | None = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404("There is no such user. Perhaps the account was erased.")
        return user
