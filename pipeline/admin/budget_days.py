"""What became of budgets, and what they have set aside, in the console."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from billing.models import BudgetDay, BudgetReservation
from operations.admin import ReadOnlyAdmin
from pipeline.admin.budgets import in_words, provider_name
from pipeline.templatetags.display import dollars


class _OfBudgets(ReadOnlyAdmin):
    """Rows that belong to a budget, which they name by what it is for."""

    subject: str  # the path to the budget's own

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        named = {"subject": F(self.subject), "provider_name": provider_name(self.subject)}
        rows: QuerySet[Any] = super().get_queryset(request).annotate(**named)
        return rows

    @admin.display(description="for", ordering="subject")
    def named(self, row: Any) -> str:
        return in_words(row.subject, row.provider_name)


@admin.register(BudgetDay)
class BudgetDayAdmin(_OfBudgets):
    """What became of each budget on each UTC day."""

    subject = "budget__subject"
    list_display = ("day", "named", "spent_dollars", "reserved_dollars", "calls", "unsettled")
    list_filter = ("day",)
    date_hierarchy = "day"
    search_fields = ("budget__subject",)
    search_help_text = "global, step:NAME or provider:NUMBER"
    fields = list_display

    @admin.display(description="spent", ordering="spent")
    def spent_dollars(self, day: BudgetDay) -> str:
        return dollars(day.spent)

    @admin.display(description="set aside", ordering="reserved")
    def reserved_dollars(self, day: BudgetDay) -> str:
        return dollars(day.reserved)


@admin.register(BudgetReservation)
class BudgetReservationAdmin(_OfBudgets):
    """What is set aside for calls in progress. What expires counts as spent: nobody can tell."""

    subject = "day__budget__subject"
    list_display = ("call_id", "named", "of_day", "set_aside", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("day",)
    search_fields = ("call_id", "day__budget__subject")
    search_help_text = "Call id; or global, step:NAME, provider:NUMBER"
    fields = list_display

    @admin.display(description="day", ordering="day__day")
    def of_day(self, row: BudgetReservation) -> str:
        return f"{row.day.day:%Y-%m-%d}"

    @admin.display(description="set aside", ordering="microdollars")
    def set_aside(self, row: BudgetReservation) -> str:
        return dollars(row.microdollars)
