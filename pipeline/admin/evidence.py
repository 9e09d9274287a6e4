"""The evidence behind verdicts in the console: which checks fail, and where."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from operations.admin import ReadOnlyAdmin
from pipeline.admin.links import submission_link
from pipeline.models import Evidence


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    """Every check of every verdict; the filters tell which of them fail most."""

    list_display = ("finished_at", "title", "outcome", "reason", "submission")
    list_filter = ("outcome", "title", "job__finished_at")
    list_select_related = ("job__submission",)
    search_fields = ("job__submission__public_id", "reason")
    search_help_text = "Public id of a submission, or words of a reason"
    fields = ("submission", "position", "title", "check_id", "outcome", "reason", "finished_at")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        rows: QuerySet[Evidence] = super().get_queryset(request)
        return rows.defer("job__submission__code", "job__submission__comments")

    @admin.display(description="run ended", ordering="job__finished_at")
    def finished_at(self, evidence: Evidence) -> datetime | None:
        return evidence.job.finished_at

    @admin.display(description="submission")
    def submission(self, evidence: Evidence) -> SafeString:
        return submission_link(evidence.job.submission)
