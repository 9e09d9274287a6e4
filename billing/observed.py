"""What operators see of budgets, for /metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from billing.models import Budget, BudgetDay
from operations.clock import database_now


def metrics() -> Iterator[Metric]:
    """Limit, spent and reserved of each budget today."""
    dollars = GaugeMetricFamily(
        "aitp_budget_dollars", "Today's budgets, by what they are set for", labels=["budget", "of"]
    )
    budgets = list(Budget.objects.all())
    day = database_now().date() if budgets else None
    today = {row.budget_id: row for row in BudgetDay.objects.filter(day=day)} if day else {}
    for budget in budgets:
        row = today.get(budget.pk, BudgetDay())
        for what, amount in (
            ("limit", budget.daily_microdollars),
            ("spent", row.spent),
            ("reserved", row.reserved),
        ):
            dollars.add_metric([budget.subject, what], amount / 1_000_000)
    yield dollars
