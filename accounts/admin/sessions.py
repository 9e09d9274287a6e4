"""Where users are signed in, in the console."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import sessions
from accounts.models import SignedIn
from operations.admin import ReadOnlyAdmin, RowActions


@admin.register(SignedIn)
class SignedInAdmin(RowActions, ReadOnlyAdmin):
    """One line a session that stands. What would let somebody take it over is never shown."""

    list_display = ("created_at", "user", "address", "browser")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    search_fields = ("user__email", "address", "browser")
    search_help_text = "E-mail address, network address or browser"
    fields = ("user", "address", "browser", "created_at")
    actions = ("end",)
    row_actions = (("end", "End this session"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignedIn]:
        rows: QuerySet[SignedIn] = super().get_queryset(request)
        return sessions.standing(rows)

    @admin.action(description="End: sign out there")
    def end(self, request: HttpRequest, chosen: QuerySet[SignedIn]) -> None:
        here = request.session.session_key
        asked = list(chosen)
        ended = [session for session in asked if session.session_key != here]
        for session in ended:
            sessions.end(session)
        if ended:
            self.message_user(request, f"{len(ended)} ended.", messages.SUCCESS)
        if len(ended) < len(asked):
            told = "The session that you are using stands: sign out to end it."
            self.message_user(request, told, messages.WARNING)
