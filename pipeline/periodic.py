"""What happens again and again in a deployment with Celery, and the schedule it starts with.

Beat reads the schedule from the database, where administrators change it in the console; what
stands here is only written when it is missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import shared_task
from django.db import Error as DatabaseError
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from accounts import erasure, sessions, tokens
from operations import retention
from pipeline import dead_letters, dispatch, idempotency, presence, reconciliation, webhooks
from pipeline.heartbeat import Heartbeat
from pipeline.models import Worker
from pipeline.retries import HEARTBEAT_SECONDS, SWEEP_SECONDS
from providers import checks, probes

PROBE_LOOK_SECONDS = 15
MOST_PROBES_AT_ONCE = 20
logger = structlog.get_logger(__name__)


@shared_task(name="pipeline.sweep", ignore_result=True)
def sweep() -> None:
    """Take jobs back from workers that vanished, and announce what nobody was told of."""
    dispatch.sweep()


@shared_task(name="providers.probe", ignore_result=True)
def probe() -> None:
    """Probe the providers whose time has come, one by one; who looks meanwhile takes the others."""
    probes.run_due(MOST_PROBES_AT_ONCE)


@shared_task(name="webhooks.deliver", ignore_result=True)
def deliver() -> None:
    """Send what users' webhooks are to be told and what is due again."""
    webhooks.deliver_due()


@shared_task(name="accounts.erase", ignore_result=True)
def erase() -> None:
    """Go on with accounts whose erasure takes longer than somebody's request waited."""
    erasure.go_on()


@shared_task(name="maintenance.purge", ignore_result=False)
def purge() -> dict[str, int]:
    """Delete what has served its time; the counts are kept as this task's own outcome."""
    return {
        "sessions": retention.purge_sessions(),
        "signed_in": sessions.forget_ended(),
        "api_tokens": tokens.purge_ended(),
        "outcomes": retention.purge_outcomes(),
        "idempotency_keys": idempotency.purge_expired(),
        "dead_letters": dead_letters.purge_old(),
        "webhook_deliveries": webhooks.purge_old(),
        "provider_health": checks.purge_old(),
    }


@shared_task(name="maintenance.reconcile", ignore_result=False)
def reconcile_usage() -> dict[str, Any]:
    """Compare usage with calls; the report is kept as this task's own outcome."""
    return reconciliation.reconcile_and_tell()


class Scheduler(DatabaseScheduler):
    """Beat's scheduler: completes the schedule before it reads it, and shows that beat is alive."""

    _owner = Heartbeat().owner
    _reported = -HEARTBEAT_SECONDS

    def setup_schedule(self) -> None:
        plan()
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One pass; notes now and then that beat is alive."""
        pause: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._reported >= HEARTBEAT_SECONDS:
            self._reported = time.monotonic()
            with _database_may_be_away():
                presence.report(self._owner, kind=Worker.Kind.BEAT, slots=0, in_flight=0)
        return pause

    def close(self) -> None:
        super().close()
        with _database_may_be_away():
            presence.leave(self._owner)


def plan() -> None:
    """Put what must run into the schedule; entries that are there keep what was set in them."""
    often, now_and_then = _every(int(SWEEP_SECONDS)), _every(PROBE_LOOK_SECONDS)
    _entry("Sweep", sweep.name, interval=often, expire_seconds=int(SWEEP_SECONDS))
    _entry("Webhooks", deliver.name, interval=often, expire_seconds=int(SWEEP_SECONDS))
    looked = _every(int(erasure.LOOK_SECONDS))
    _entry("Erasures", erase.name, interval=looked, expire_seconds=int(erasure.LOOK_SECONDS))
    _entry("Provider probes", probe.name, interval=now_and_then, expire_seconds=PROBE_LOOK_SECONDS)
    _entry("Nightly purge", purge.name, crontab=_nightly(minute=17))
    _entry("Nightly reconciliation", reconcile_usage.name, crontab=_nightly(minute=37))


@contextmanager
def _database_may_be_away() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        logger.warning("database_unreachable", during="beat", error=str(error))


def _every(seconds: int) -> IntervalSchedule:
    schedule, _ = IntervalSchedule.objects.get_or_create(
        every=seconds, period=IntervalSchedule.SECONDS
    )
    return schedule


def _nightly(*, minute: int) -> CrontabSchedule:
    when = {"day_of_week": "*", "day_of_month": "*", "month_of_year": "*", "timezone": "UTC"}
    schedule, _ = CrontabSchedule.objects.get_or_create(minute=str(minute), hour="3", **when)
    return schedule


def _entry(name: str, task: str, **schedule: object) -> None:
    PeriodicTask.objects.get_or_create(name=name, defaults={"task": task, **schedule})
