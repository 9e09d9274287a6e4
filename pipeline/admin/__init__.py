"""The pipeline in the console; Django's autodiscovery imports this package."""

from pipeline.admin import (
    budget_days,
    budgets,
    dead_letters,
    evidence,
    findings,
    idempotency,
    runs,
    steps,
    webhooks,
    workers,
)

__all__ = [
    "budget_days",
    "budgets",
    "dead_letters",
    "evidence",
    "findings",
    "idempotency",
    "runs",
    "steps",
    "webhooks",
    "workers",
]
