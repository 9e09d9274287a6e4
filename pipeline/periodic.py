"""What happens again and again in a deployment with Celery, and the schedule it starts with.

Beat reads the schedule from the database, where administrators change it in the console; what
stands here is only written when it is missing.
"""

from __future__ import annotations

from celery import shared_task
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from operations import retention
from pipeline import dispatch
from pipeline.retries import SWEEP_SECONDS


@shared_task(name="pipeline.sweep", ignore_result=True)
def sweep() -> None:
    """Take jobs back from workers that vanished, and announce what nobody was told of."""
    dispatch.sweep()


@shared_task(name="maintenance.purge", ignore_result=False)
def purge() -> dict[str, int]:
    """Delete expired sessions and old outcomes; the counts are kept as this task's own outcome."""
    return {"sessions": retention.purge_sessions(), "outcomes": retention.purge_outcomes()}


class Scheduler(DatabaseScheduler):
    """Beat's scheduler: completes the schedule before it reads it for the first time."""

    def setup_schedule(self) -> None:
        plan()
        super().setup_schedule()


def plan() -> None:
    """Put what must run into the schedule; entries that are there keep what was set in them."""
    often, _ = IntervalSchedule.objects.get_or_create(
        every=int(SWEEP_SECONDS), period=IntervalSchedule.SECONDS
    )
    nightly, _ = CrontabSchedule.objects.get_or_create(
        minute="17", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone="UTC"
    )
    _entry("Sweep", sweep.name, interval=often, expire_seconds=int(SWEEP_SECONDS))
    _entry("Nightly purge", purge.name, crontab=nightly)


def _entry(name: str, task: str, **schedule: object) -> None:
    PeriodicTask.objects.get_or_create(name=name, defaults={"task": task, **schedule})
