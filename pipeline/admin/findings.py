"""Findings in the console: what is open, what people marked and why, and each one's history."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from operations.admin import Exporting, ReadOnlyAdmin
from pipeline.admin.links import submission_link
from pipeline.models import FindingEvent, KnownFinding
from pipeline.tables import FINDINGS


class FindingEventInline(admin.TabularInline):  # type: ignore[type-arg]
    """What happened to it, newest first."""

    model = FindingEvent
    fields = ("at", "state", "reason", "by")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FindingEvent]:
        return super().get_queryset(request).select_related("by")


@admin.register(KnownFinding)
class KnownFindingAdmin(Exporting, ReadOnlyAdmin):
    """Users mark their own findings; administrators see what they said."""

    outgoing = FINDINGS
    list_display = (
        "last_seen_at",
        "title",
        "severity",
        "state",
        "reason",
        "file",
        "user",
        "seen_in",
    )
    list_filter = ("state", "severity", "by_model", "last_seen_at")
    list_select_related = ("user", "last_seen")
    search_fields = ("filename", "title", "user__email", "reason")
    search_help_text = "File name, title, e-mail address or words of a reason"
    fields = (
        "title",
        "severity",
        "cwe",
        "file",
        "user",
        "state",
        "reason",
        "expires_on",
        "by_model",
        "first_seen_at",
        "last_seen_at",
        "seen_in",
    )
    inlines = (FindingEventInline,)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownFinding]:
        rows: QuerySet[KnownFinding] = super().get_queryset(request)
        return rows.defer("last_seen__code", "last_seen__comments")

    @admin.display(description="file", ordering="filename")
    def file(self, finding: KnownFinding) -> str:
        return finding.filename or "pasted code"

    @admin.display(description="last seen in")
    def seen_in(self, finding: KnownFinding) -> SafeString | str:
        return submission_link(finding.last_seen) if finding.last_seen else "a deleted submission"
