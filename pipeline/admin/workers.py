"""The processes that run jobs, in the console."""

from __future__ import annotations

from django.contrib import admin

from operations.admin import ReadOnlyAdmin
from pipeline.models import Worker


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    """The processes that run jobs, by their own word; a fresh one was seen within ten seconds."""

    list_display = ("owner", "kind", "slots", "in_flight", "started_at", "seen_at")
    list_filter = ("kind",)
    search_fields = ("owner",)
    fields = list_display
