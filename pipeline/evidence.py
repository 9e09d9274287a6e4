"""Writes the ledger of a verdict as rows, in the transaction that keeps the verdict."""

from __future__ import annotations

from typing import Any

from operations.prepared import Insert, binder
from pipeline.models import Evidence

_of_row = binder(Evidence)
STORE = Insert(
    Evidence(
        job_id=_of_row("job"),
        position=_of_row("position"),
        check_id=_of_row("check_id"),
        title=_of_row("title"),
        outcome=_of_row("outcome"),
        reason=_of_row("reason"),
    )
)


def keep(job_id: int, verdict: dict[str, Any]) -> None:
    """One row for each check of a stored verdict. Within a transaction; a job has one verdict."""
    STORE.send_many(
        [
            {
                "job": job_id,
                "position": position,
                "check_id": check["id"],
                "title": check["name"],
                "outcome": check["outcome"],
                "reason": check["detail"],
            }
            for position, check in enumerate(verdict.get("checks", ()), 1)
        ]
    )
