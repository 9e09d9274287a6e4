"""Idempotency keys in the console: which requests were answered already, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import admin
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from operations import runtime_config
from operations.admin import ReadOnlyAdmin, pretty_json
from pipeline.models import IdempotencyKey
from pipeline.parameters import IDEMPOTENCY_HOURS


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """One line a key. The key itself is not kept; who knows it can compare its SHA-256."""

    list_display = ("created_at", "user", "operation", "key", "submission_link", "expires")
    list_filter = ("operation", "created_at")
    search_fields = ("user__email", "submission__public_id", "key_hash")
    search_help_text = "E-mail address, public id of the submission, or SHA-256 of the key"
    fields = (
        "user", "operation", "key_hash", "body_digest", "submission_link", "created_at", "expires",
        "stored_answer",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdempotencyKey]:
        hours = timedelta(hours=runtime_config.number(IDEMPOTENCY_HOURS.name))
        ends = ExpressionWrapper(F("created_at") + hours, output_field=DateTimeField())
        keys: QuerySet[IdempotencyKey] = super().get_queryset(request).annotate(ends=ends)
        return keys.select_related("user", "submission").defer(
            "submission__code", "submission__comments"
        )

    @admin.display(description="SHA-256", ordering="key_hash")
    def key(self, key: IdempotencyKey) -> str:
        return key.key_hash[:12]

    @admin.display(description="submission")
    def submission_link(self, key: IdempotencyKey) -> SafeString:
        address = reverse("admin:pipeline_submission_change", args=[key.submission_id])
        return format_html('<a href="{}">{}</a>', address, key.submission.public_id)

    @admin.display(description="counts until", ordering="created_at")
    def expires(self, key: IdempotencyKey) -> datetime | None:
        return getattr(key, "ends", None)

    @admin.display(description="answer")
    def stored_answer(self, key: IdempotencyKey) -> SafeString:
        return pretty_json(key.answer)
