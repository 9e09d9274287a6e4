"""Counts what stands in the database and in the pretend vendor's log.

Nothing of Django is imported above the functions here and beside: its settings are read only once,
and first a laboratory must have set the variables.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.laboratory.programs import wait_until
from config.workshop.console import say

STEPS = 3
SAID_EVERY_SECONDS = 30.0
UNFINISHED = ("queued", "running")
TRIGGER = """
CREATE TRIGGER watched_{what} AFTER {what} ON pipeline_results FOR EACH ROW
INSERT INTO watched_results VALUES ('{what}', {row}.job_id, {row}.step)
"""


def states() -> Counter[str]:
    """How many jobs are in which state."""
    from pipeline.models import Job

    return Counter(Job.objects.values_list("state", flat=True))


def unfinished() -> int:
    """How many jobs wait or run."""
    from pipeline.models import Job

    return Job.objects.filter(state__in=UNFINISHED).count()


def all_end(seconds: float) -> bool:
    """Wait until no job waits or runs, saying now and then how far it is; False if it is not."""
    deadline, said = time.monotonic() + seconds, time.monotonic()
    while unfinished():
        if time.monotonic() > deadline:
            return False
        if time.monotonic() - said > SAID_EVERY_SECONDS:
            say(f"undisturbed: {describe(states())}")
            said = time.monotonic()
        time.sleep(0.5)
    return True


def workers_arrive(count: int, seconds: float = 60.0) -> bool:
    """Wait until so many worker processes say that they are at work; False if they do not."""
    from pipeline.presence import seen_lately

    return wait_until(lambda: seen_lately().exclude(kind="beat").count() >= count, seconds)


def claims() -> int:
    """How often a job was claimed, all jobs together."""
    from django.db.models import Sum

    from pipeline.models import Job

    return int(Job.objects.aggregate(total=Sum("attempts"))["total"] or 0)


def describe(counts: Counter[str]) -> str:
    """Counts in words, as in `12 queued, 3 running`."""
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "nothing"


def watch_results() -> None:
    """From now on note every step result that is ever stored, changed or deleted (MariaDB)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE watched_results (what CHAR(6), job_id BIGINT, step CHAR(20))")
        for what, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            cursor.execute(TRIGGER.format(what=what, row=row))


def results_ever() -> Counter[str]:
    """How often a result was stored (INSERT), changed (UPDATE) and deleted (DELETE)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT what, COUNT(*) FROM watched_results GROUP BY what")
        return Counter(dict(cursor.fetchall()))


@dataclass(frozen=True)
class Calls:
    """The vendor's log beside ``provider_calls``, by call id and by job."""

    made: int
    without_row: list[str] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)
    beyond: dict[int, int] = field(default_factory=dict)
    without_outcome: dict[int, int] = field(default_factory=dict)

    @property
    def unexplained(self) -> dict[int, int]:
        """Jobs with more calls beyond three than calls without an outcome, and by how many."""
        return {
            job: count - self.without_outcome.get(job, 0)
            for job, count in self.beyond.items()
            if count > self.without_outcome.get(job, 0)
        }


def calls_of(log: Path) -> Calls:
    """Compare the pretend vendor's log with the rows of ``provider_calls``."""
    from providers.models import ProviderCall

    asked = call_ids(log)
    rows = {str(call): (job or 0, state) for call, job, state in _rows()}
    known = [call for call in asked if call in rows]
    per_job = Counter(rows[call][0] for call in known)
    intents = Counter(job for job, state in rows.values() if state == ProviderCall.State.INTENT)
    return Calls(
        made=len(asked),
        without_row=[call for call in asked if call not in rows],
        asked_again=[call for call, times in Counter(asked).items() if times > 1],
        beyond={job: count - STEPS for job, count in sorted(per_job.items()) if count > STEPS},
        without_outcome=dict(sorted(intents.items())),
    )


def call_ids(log: Path) -> list[str]:
    """The ids of all completions that the vendor was asked for, in their order."""
    if not log.exists():
        return []
    calls = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [call["call_id"] for call in calls if call["path"].endswith("/chat/completions")]


def _rows() -> list[tuple[object, int | None, str]]:
    from providers.models import ProviderCall

    return list(ProviderCall.objects.values_list("call_id", "job_id", "state"))
