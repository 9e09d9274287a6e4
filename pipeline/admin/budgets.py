"""Budgets in the console. They stand here and not in billing, which knows no providers or steps."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest

from billing.budgets import EVERYTHING, PROVIDER, STEP
from billing.models import Budget, BudgetDay
from operations.admin import ConsoleAdmin
from operations.clock import database_now
from pipeline.budget_form import BudgetForm
from pipeline.models import Step
from pipeline.templatetags.display import dollars
from providers.models import ApiProvider


@admin.register(Budget)
class BudgetAdmin(ConsoleAdmin):
    """What models may cost a day. A changed budget counts from the next call on."""

    form = BudgetForm
    list_display = ("named", "a_day", "spent", "reserved", "updated_at")
    list_filter = ("updated_at",)
    search_fields = ("subject",)
    search_help_text = "global, step:NAME or provider:NUMBER"
    fields = ("subject", "dollars", "updated_at")
    readonly_fields = ("updated_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Budget | None = None) -> Any:
        return (*self.readonly_fields, "named") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Budget | None = None) -> Any:
        return ("named", "dollars", "updated_at") if obj else ("subject", "dollars")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        today = BudgetDay.objects.filter(budget=OuterRef("pk"), day=database_now().date())
        budgets: QuerySet[Budget] = super().get_queryset(request)
        return budgets.annotate(
            provider_name=provider_name("subject"),
            spent_today=Subquery(today.values("spent")),
            reserved_today=Subquery(today.values("reserved")),
        )

    @admin.display(description="for", ordering="subject")
    def named(self, budget: Budget) -> str:
        return in_words(budget.subject, getattr(budget, "provider_name", None))

    @admin.display(description="a day", ordering="daily_microdollars")
    def a_day(self, budget: Budget) -> str:
        return dollars(budget.daily_microdollars)

    @admin.display(description="spent today", ordering="spent_today")
    def spent(self, budget: Budget) -> str:
        return dollars(getattr(budget, "spent_today", None) or 0)

    @admin.display(description="set aside now", ordering="reserved_today")
    def reserved(self, budget: Budget) -> str:
        return dollars(getattr(budget, "reserved_today", None) or 0)


def provider_name(subject: str) -> Subquery:
    """The name of the provider that a budget is about; ``subject`` is the path to that column."""
    its = Concat(Value(f"{PROVIDER}:"), Cast("pk", CharField()), output_field=CharField())
    providers = ApiProvider.objects.annotate(subject=its)
    return Subquery(providers.filter(subject=OuterRef(subject)).values("name"))


def in_words(subject: str, provider: str | None) -> str:
    """What a budget is for."""
    scope, _, which = subject.partition(":")
    if scope == EVERYTHING:
        return "Everything"
    if scope == STEP:
        return f"Step: {Step(which).label}"
    return f"Provider: {provider}" if provider else f"Provider {which}, deleted"
