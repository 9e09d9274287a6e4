"""What operators see of the queue, the jobs and the workers: for /health and /metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Sum
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric

from operations.clock import Now, database_now
from operations.health import Finding, State
from pipeline import presence
from pipeline.models import ENDED, Job, JobState, StepResult

LONG_WAIT_SECONDS = 300


def queue() -> Finding:
    """How many jobs wait and how long the oldest has; a long wait counts as degraded."""
    waiting, seconds = _waiting()
    state = State.DEGRADED if seconds > LONG_WAIT_SECONDS else State.OK
    running = Job.objects.filter(state=JobState.RUNNING).count()
    facts = {"waiting": waiting, "oldest_waiting_seconds": seconds, "running": running}
    return Finding(state, facts)


def workers() -> Finding:
    """Who was seen within the time of a lease; degraded when nobody among them runs jobs."""
    seen: list[dict[str, Any]] = [
        {
            "owner": worker.owner,
            "kind": worker.kind,
            "slots": worker.slots,
            "in_flight": worker.in_flight,
            "seen_at": worker.seen_at.isoformat(),
        }
        for worker in presence.seen_lately()
    ]
    run_jobs = any(worker["slots"] for worker in seen)
    return Finding(State.OK if run_jobs else State.DEGRADED, {"seen": seen})


def metrics() -> Iterator[Metric]:
    """Queue, jobs, steps and workers, all from the database."""
    yield from _jobs()
    yield from _queue()
    yield _steps()
    yield from _workers()


def _waiting() -> tuple[int, float]:
    """How many due jobs wait, and for how many seconds the oldest one has."""
    due = Job.objects.filter(state=JobState.QUEUED, available_at__lte=Now())
    found = due.aggregate(count=Count("id"), oldest=Min("available_at"))
    oldest: datetime | None = found["oldest"]
    seconds = (database_now() - oldest).total_seconds() if oldest else 0.0
    return found["count"], round(max(0.0, seconds), 1)


def _jobs() -> Iterator[Metric]:
    counted = Job.objects.order_by().values_list("state").annotate(Count("id"))
    counts: dict[str, int] = dict.fromkeys(JobState.values, 0) | dict(counted)
    jobs = GaugeMetricFamily("aitp_jobs", "Jobs in the database by state", labels=["state"])
    ended = CounterMetricFamily("aitp_jobs_ended", "Jobs that ended, by state", labels=["state"])
    for state, count in counts.items():
        jobs.add_metric([state], count)
        if state in ENDED:
            ended.add_metric([state], count)
    yield jobs
    yield ended


def _queue() -> Iterator[Metric]:
    waiting, seconds = _waiting()
    yield GaugeMetricFamily("aitp_queue_waiting_jobs", "Due jobs that no worker has yet", waiting)
    yield GaugeMetricFamily(
        "aitp_queue_oldest_waiting_seconds", "How long the oldest due job has waited", seconds
    )


def _steps() -> Metric:
    steps = SummaryMetricFamily(
        "aitp_step_duration_seconds", "Running time of finished steps", labels=["step", "engine"]
    )
    grouped = StepResult.objects.order_by().values_list("step", "engine")
    for step, engine, count, total_ms in grouped.annotate(Count("id"), Sum("duration_ms")):
        steps.add_metric([step, engine], count, total_ms / 1000)
    return steps


def _workers() -> Iterator[Metric]:
    labels = ["kind"]
    seen = GaugeMetricFamily("aitp_workers", "Workers and beat, seen lately", labels=labels)
    slots = GaugeMetricFamily("aitp_worker_slots", "Jobs they can run at once", labels=labels)
    busy = GaugeMetricFamily("aitp_worker_jobs", "Jobs they have in hand", labels=labels)
    grouped = presence.seen_lately().order_by().values_list("kind")
    for kind, *sums in grouped.annotate(Count("id"), Sum("slots"), Sum("in_flight")):
        for family, value in zip((seen, slots, busy), sums, strict=True):
            family.add_metric([kind], value)
    yield from (seen, slots, busy)
