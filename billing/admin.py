"""Usage and limits in the console."""

from __future__ import annotations

from django.contrib import admin

from billing.models import DailyUsage, LimitOverride
from operations.admin import ConsoleAdmin, ReadOnlyAdmin


@admin.register(DailyUsage)
class DailyUsageAdmin(ReadOnlyAdmin):
    """What each user used on each UTC day; only submissions change it."""

    list_display = ("day", "user", "submissions")
    list_filter = ("day",)
    list_select_related = ("user",)
    date_hierarchy = "day"
    search_fields = ("user__email",)
    search_help_text = "E-mail address"
    ordering = ("-day", "user__email")


@admin.register(LimitOverride)
class LimitOverrideAdmin(ConsoleAdmin):
    """Exceptions to the daily limit; they count from the next submission on."""

    list_display = ("user", "daily_limit", "reason", "updated_at")
    list_filter = ("updated_at",)
    list_select_related = ("user",)
    search_fields = ("user__email", "reason")
    search_help_text = "E-mail address or reason"
    ordering = ("user__email",)
    fields = ("user", "daily_submissions", "reason", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")
    raw_id_fields = ("user",)

    @admin.display(description="submissions a day", ordering="daily_submissions")
    def daily_limit(self, override: LimitOverride) -> str:
        limit = override.daily_submissions
        return "unlimited" if limit is None else str(limit)
