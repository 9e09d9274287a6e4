"""Plans, usage and limits in the console. Budgets stand in pipeline, which knows their names."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from billing import overrides, tables
from billing.models import DailyUsage, LimitOverride, Membership, Plan
from operations.admin import ConsoleAdmin, Exporting, Importing, ReadOnlyAdmin
from operations.money import dollars


@admin.register(DailyUsage)
class DailyUsageAdmin(Exporting, ReadOnlyAdmin):
    """What each user used on each UTC day; only submissions and their runs change it."""

    outgoing = tables.USAGE
    list_display = (
        "day", "user", "submissions", "calls", "input_tokens", "output_tokens", "cost",
        "unpriced_calls",
    )  # fmt: skip
    list_filter = ("day",)
    list_select_related = ("user",)
    date_hierarchy = "day"
    search_fields = ("user__email",)
    search_help_text = "E-mail address"
    ordering = ("-day", "user__email")

    @admin.display(description="known cost", ordering="cost_microdollars")
    def cost(self, usage: DailyUsage) -> str:
        return dollars(usage.cost_microdollars)


@admin.register(LimitOverride)
class LimitOverrideAdmin(Importing, ConsoleAdmin):
    """Exceptions to the daily limit; they count from the next submission on."""

    outgoing = tables.OverridesOut
    incoming = tables.OverridesIn
    list_display = ("user", "daily_limit", "reason", "updated_at")
    list_filter = ("updated_at",)
    list_select_related = ("user",)
    search_fields = ("user__email", "reason")
    search_help_text = "E-mail address or reason"
    ordering = ("user__email",)
    fields = ("user", "daily_submissions", "reason", "created_at", "updated_at")
    readonly_fields = ("created_at", "updated_at")
    raw_id_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: LimitOverride | None = None) -> Any:
        return (*self.readonly_fields, "user") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: LimitOverride, form: Any, change: bool) -> None:
        saved = overrides.set_override(
            user=obj.user, daily_submissions=obj.daily_submissions, reason=obj.reason
        )
        obj.pk = saved.pk

    @admin.display(description="submissions a day", ordering="daily_submissions")
    def daily_limit(self, override: LimitOverride) -> str:
        limit = override.daily_submissions
        return "unlimited" if limit is None else str(limit)


@admin.register(Plan)
class PlanAdmin(ConsoleAdmin):
    """Plans: their daily limit, and the name by which providers are set to get code or not."""

    list_display = ("name", "daily_limit", "member_count", "created_at")
    list_filter = ("created_at",)
    search_fields = ("name",)
    fields = ("name", "daily_submissions", "created_at")
    readonly_fields = ("created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> Any:
        return (*self.readonly_fields, "name") if obj else self.readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        plans: QuerySet[Plan] = super().get_queryset(request)
        return plans.annotate(members_count=Count("members"))

    @admin.display(description="submissions a day", ordering="daily_submissions")
    def daily_limit(self, plan: Plan) -> str:
        limit = plan.daily_submissions
        return "as MAX_DAILY_SUBMISSIONS says" if limit is None else str(limit)

    @admin.display(description="members", ordering="members_count")
    def member_count(self, plan: Plan) -> int:
        count: int = plan.members_count  # type: ignore[attr-defined]  # annotated above
        return count


@admin.register(Membership)
class MembershipAdmin(ConsoleAdmin):
    """Who is on which plan. It counts from the next submission and the next attempt on."""

    list_display = ("user", "plan", "updated_at")
    list_filter = ("plan", "updated_at")
    list_select_related = ("user", "plan")
    search_fields = ("user__email", "plan__name")
    search_help_text = "E-mail address or plan"
    fields = ("user", "plan", "updated_at")
    readonly_fields = ("updated_at",)
    raw_id_fields = ("user",)
