"""What became of budgets, and what they have set aside, in the console."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.models import BudgetDay, BudgetReservation
from operations.admin import ReadOnlyAdmin
from pipeline.admin.budgets import in_words, provider_name
from pipeline.templatetags.display import dollars


@admin.register(BudgetDay)
class BudgetDayAdmin(ReadOnlyAdmin):
    """What became of each budget on each UTC day."""

    list_display = ("day", "named", "spent_dollars", "reserved_dollars", "calls", "unsettled")
    list_filter = ("day",)
    list_select_related = ("budget",)
    date_hierarchy = "day"
    search_fields = ("budget__subject",)
    search_help_text = "global, step:NAME or provider:NUMBER"
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetDay]:
        days: QuerySet[BudgetDay] = super().get_queryset(request)
        return days.annotate(provider_name=provider_name("budget__subject"))

    @admin.display(description="for", ordering="budget__subject")
    def named(self, day: BudgetDay) -> str:
        return in_words(day.budget.subject, getattr(day, "provider_name", None))

    @admin.display(description="spent", ordering="spent")
    def spent_dollars(self, day: BudgetDay) -> str:
        return dollars(day.spent)

    @admin.display(description="set aside", ordering="reserved")
    def reserved_dollars(self, day: BudgetDay) -> str:
        return dollars(day.reserved)


@admin.register(BudgetReservation)
class BudgetReservationAdmin(ReadOnlyAdmin):
    """What is set aside for calls in progress. What expires counts as spent: nobody can tell."""

    list_display = ("call_id", "named", "of_day", "set_aside", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("day__budget",)
    search_fields = ("call_id", "day__budget__subject")
    search_help_text = "Call id; or global, step:NAME, provider:NUMBER"
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetReservation]:
        rows: QuerySet[BudgetReservation] = super().get_queryset(request)
        return rows.annotate(provider_name=provider_name("day__budget__subject"))

    @admin.display(description="for", ordering="day__budget__subject")
    def named(self, row: BudgetReservation) -> str:
        return in_words(row.day.budget.subject, getattr(row, "provider_name", None))

    @admin.display(description="day", ordering="day__day")
    def of_day(self, row: BudgetReservation) -> str:
        return f"{row.day.day:%Y-%m-%d}"

    @admin.display(description="set aside", ordering="microdollars")
    def set_aside(self, row: BudgetReservation) -> str:
        return dollars(row.microdollars)
