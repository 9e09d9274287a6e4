"""How a submission's run stands, read in one query from columns that cost little.

It is all that a program needs that asks again and again: the status, the tags by which it knows
that nothing changed, and when it is worth asking again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from operations.clock import Now
from operations.conditional import tag_of
from pipeline.models import JobState, Step, Submission
from pipeline.models.job import ENDED

SOONEST_SECONDS = 2
LATEST_SECONDS = 30
LATEST_SECONDS_WHILE_PUT_OFF = 60
SHARE_OF_WAITED = 10  # whoever asks after a tenth of what was waited learns at most that much late

_RUN = {
    "job": F("current_job_id"),
    "state": F("current_job__state"),
    "attempts": F("current_job__attempts"),
    "current_step": F("current_job__current_step"),
    "message": F("current_job__user_message"),
    "available_at": F("current_job__available_at"),
    "step_started_at": F("current_job__step_started_at"),
    "started_at": F("current_job__started_at"),
    "finished_at": F("current_job__finished_at"),
    "now": Now(),
}
_RESULT = {
    "result": F("current_job__results__id"),
    "result_step": F("current_job__results__step"),
    "result_ms": F("current_job__results__duration_ms"),
}


@dataclass(frozen=True)
class StoredStep:
    """A step's stored result, which never changes, without its content."""

    id: int
    duration_ms: int


@dataclass(frozen=True)
class Standing:
    """A submission and its current run. Moments are the database's, ``now`` too."""

    public_id: str
    created_at: datetime
    now: datetime
    job: int
    state: JobState
    attempts: int
    current_step: str
    message: str
    available_at: datetime
    step_started_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    stored: Mapping[str, StoredStep] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def status_tag(self) -> str:
        """Changes whenever anything does that a status says."""
        took = [(step, self.stored[step].duration_ms) for step in Step if step in self.stored]
        run = (self.job, self.state, self.attempts, self.current_step, self.message)
        moments = (self.created_at, self.started_at, self.finished_at)
        return tag_of(self.public_id, *run, *moments, took)

    @property
    def result_tag(self) -> str:
        """Changes whenever anything does that a result says: its steps are stored once for good."""
        results = [self.stored[step].id for step in Step if step in self.stored]
        return tag_of(self.public_id, self.job, self.state, self.message, results)

    @property
    def seconds_to_wait(self) -> int | None:
        """After how long it is worth asking again; None once the run has ended."""
        if self.has_ended:
            return None
        if self.state == JobState.QUEUED:
            put_off = self._seconds_since(self.available_at)
            if put_off < 0:
                return _within(-put_off, LATEST_SECONDS_WHILE_PUT_OFF)
            return _within(put_off / SHARE_OF_WAITED, LATEST_SECONDS)
        runs = self._seconds_since(self.step_started_at or self.started_at)
        return _within(runs / SHARE_OF_WAITED, LATEST_SECONDS)

    def _seconds_since(self, moment: datetime | None) -> float:
        return (self.now - moment).total_seconds() if moment else 0.0


def standing_of(found: QuerySet[Submission]) -> Standing | None:
    """How the one submission in ``found`` stands; None without one and without a run. One query."""
    columns: dict[str, Any] = {**_RUN, **_RESULT}
    ran = found.filter(current_job__isnull=False).order_by()
    rows: list[dict[str, Any]] = list(map(dict, ran.values("public_id", "created_at", **columns)))
    return _standing(rows) if rows else None


def _standing(rows: list[dict[str, Any]]) -> Standing:
    """From one row for each stored result, or a single one while there is none."""
    stored: dict[str, StoredStep] = {}
    for row in rows:
        result, step, milliseconds = (row.pop(name) for name in _RESULT)
        if result is not None:
            stored[step] = StoredStep(result, milliseconds)
    run = rows[0]
    return Standing(**{**run, "state": JobState(run["state"])}, stored=stored)


def _within(seconds: float, latest: int) -> int:
    return max(SOONEST_SECONDS, min(latest, math.ceil(seconds)))
