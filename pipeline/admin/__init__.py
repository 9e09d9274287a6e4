"""The pipeline in the console; Django's autodiscovery imports this package."""

from pipeline.admin import (
    budgets,
    dead_letters,
    evidence,
    findings,
    idempotency,
    runs,
    steps,
    workers,
)

__all__ = [
    "budgets",
    "dead_letters",
    "evidence",
    "findings",
    "idempotency",
    "runs",
    "steps",
    "workers",
]
