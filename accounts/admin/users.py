"""Users in the console. Nobody has a password, so none is set here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import allauth.account.admin
import allauth.socialaccount.admin  # noqa: F401 - both register pages, which are taken away below
import django.contrib.auth.admin  # noqa: F401 - registers groups, which are taken off below
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import services
from accounts.admin.personal_data import PersonalData
from accounts.models import User
from accounts.tables import USERS
from operations.admin import ConsoleAdmin, Exporting, RowActions

admin.site.unregister(Group)  # rights follow from the role alone


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """Addresses are compared in lower case, so they are stored that way."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


for unused in (EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(unused)


class IdentityInline(admin.TabularInline):  # type: ignore[type-arg]
    """Whom a provider knows the user as. Removing one lets the next proven owner of the address
    in; see docs/sign-in.md."""

    model = SocialAccount
    verbose_name = "sign-in identity"
    verbose_name_plural = "sign-in identities"
    fields = readonly_fields = ("provider", "uid", "date_joined", "last_login")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(Exporting, PersonalData, RowActions, ConsoleAdmin):
    """One line a user. Who only has to stay out is suspended; erasing cannot be undone."""

    outgoing = USERS
    form = UserForm
    list_display = ("email", "name", "role", "active", "is_system", "created_at", "last_login")
    list_filter = ("role", "is_active", "is_system", "created_at")
    search_fields = ("email", "name")
    search_help_text = "E-mail address or name"
    ordering = ("-created_at", "-id")
    fields = ("email", "name", "role", "is_active", "is_system", "created_at", "last_login")
    readonly_fields = ("is_system", "created_at", "last_login", "erasing_at")
    actions = ("suspend", "reactivate", "end_sessions")
    inlines = (IdentityInline,)

    def row_actions_of(self, row: User) -> tuple[tuple[str, str], ...]:
        return () if row.is_system else (("end_sessions", "End all sessions"),)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        user = kwargs.get("obj")
        more = {"can_be_erased": user and user != request.user and not user.is_system}
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ("email", "name", "role")
        return (*self.fields, "erasing_at") if obj.erasing_at else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody takes rights from themselves by mistake; the system user and one that is being
        erased have none to give."""
        none_to_give = obj and (obj == request.user or obj.is_system or obj.erasing_at)
        fixed = ("role", "is_active") if none_to_give else ()
        return (*self.readonly_fields, *fixed, *(("email",) if obj and obj.is_system else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Of a user that is there only what was changed: sessions that ended meanwhile, and an
        erasure that began, must not be written over."""
        if change:
            obj.save(update_fields=form.changed_data)
        else:
            obj.set_unusable_password()
            super().save_model(request, obj, form, change)

    @admin.display(description="active", boolean=True, ordering="is_active")
    def active(self, user: User) -> bool:
        return user.is_active

    @admin.action(description="Suspend: no sign-in, no submissions")
    def suspend(self, request: HttpRequest, users: QuerySet[User]) -> None:
        by = request.user
        assert isinstance(by, User)  # noqa: S101 - the console admits nobody else
        self._each(request, users, lambda user: services.suspend(user=user, by=by), "suspended")

    @admin.action(description="Reactivate")
    def reactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, lambda user: services.reactivate(user=user), "reactivated")

    @admin.action(description="End all sessions")
    def end_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        self._each(request, users, lambda user: services.end_sessions(user=user), "signed out")

    def _each(
        self, request: HttpRequest, users: QuerySet[User], act: Callable[[User], None], done: str
    ) -> None:
        """Act on each user and tell how it went, refusals one by one."""
        count = 0
        for user in users:
            try:
                act(user)
                count += 1
            except services.AccountError as error:
                self.message_user(request, str(error), messages.WARNING)
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)
