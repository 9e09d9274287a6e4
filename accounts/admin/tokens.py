"""Personal tokens in the console."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import tokens
from accounts.models import ApiToken
from operations.admin import ReadOnlyAdmin, RowActions


@admin.register(ApiToken)
class ApiTokenAdmin(RowActions, ReadOnlyAdmin):
    """One line a token. Its text is not kept; users make them on their account page."""

    list_display = ("name", "user", "scope", "ending", "created_at", "expires_at", "last_used_at",
                    "revoked_at")  # fmt: skip
    list_filter = ("scope", "created_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name", "last_four")
    search_help_text = "E-mail address, name, or last four characters"
    fields = list_display
    actions = ("revoke",)

    def row_actions_of(self, row: ApiToken) -> tuple[tuple[str, str], ...]:
        return () if row.revoked_at else (("revoke", "Revoke"),)

    @admin.display(description="ends in", ordering="last_four")
    def ending(self, token: ApiToken) -> str:
        return token.last_four

    @admin.action(description="Revoke: programs that use it are refused")
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        asked = list(chosen)
        rows = [token for token in asked if token.revoked_at is None]
        for token in rows:
            tokens.revoke(token)
        before = len(asked) - len(rows)
        told = f"{len(rows)} revoked" + (f", {before} had been revoked before." if before else ".")
        self.message_user(request, told, messages.SUCCESS if rows else messages.WARNING)
