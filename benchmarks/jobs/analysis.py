"""Whether analysis of many jobs at once starves the heartbeat that keeps their leases.

All three steps run on the built-in engine: 300 jobs in one worker, each of which has two texts
analysed, on all cores. A lease lasts 30 s and is renewed every 10 s; a job whose lease was lost
would have a second attempt, or be isolated.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.jobs.stage import SLOTS, Stage, built_in_routes
from benchmarks.laboratory import counting
from benchmarks.laboratory.report import Report
from config.workshop.console import StopError

PURPOSE = f"{SLOTS} jobs on the built-in engine in one worker, all cores busy with analysis"
JOBS = SLOTS
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 900.0
TIME_LEFT = """
SELECT COUNT(*), MIN(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), lease_expires_at)) FROM jobs
WHERE state = 'running'
"""


@dataclass
class Watched:
    """What was seen while the jobs ran; ``busy`` is the share of all cores that was in use."""

    seconds: float = 0.0
    busy: float = 0.0
    most_running: int = 0
    least_left: float = float("inf")


def run(stage: Stage, report: Report) -> None:
    """Run them all and count lost leases."""
    from pipeline.models import Job
    from pipeline.retries import LEASE

    stage.clear()
    with built_in_routes():
        stage.fill_queue(JOBS)
        with stage.worker():
            watched = watch()
            stage.run_all()
    report.figure("jobs/s", f"{JOBS / watched.seconds:.1f} ({watched.seconds:.0f} s)")
    report.figure(f"share of {os.cpu_count()} cores in use", f"{watched.busy:.0%}")
    report.figure("most jobs seen running at once", str(watched.most_running))
    lease = LEASE.total_seconds()
    report.figure(f"least time left of a lease of {lease:.0f} s", f"{watched.least_left:.1f} s")
    report.exactly("jobs with a second attempt", Job.objects.filter(attempts__gt=1).count(), 0)
    report.exactly("jobs that were isolated", Job.objects.filter(isolated=True).count(), 0)
    report.exactly("writes refused for a lost lease", lost_leases(stage), 0)


def watch() -> Watched:
    """Look at the leases until no job is left."""
    watched, started, (idle, total) = Watched(), time.monotonic(), cpu_ticks()
    while counting.unfinished():
        if time.monotonic() - started > PATIENCE_SECONDS:
            raise StopError(f"the jobs did not end in {PATIENCE_SECONDS:.0f} s")
        running, left = leases()
        watched.most_running = max(watched.most_running, running)
        watched.least_left = min(watched.least_left, left)
        time.sleep(LOOK_SECONDS)
    watched.seconds = time.monotonic() - started
    idle_now, total_now = cpu_ticks()
    watched.busy = 1 - (idle_now - idle) / (total_now - total)
    return watched


def leases() -> tuple[int, float]:
    """How many jobs run, and how many seconds the lease that ends next has left."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(TIME_LEFT)
        count, left = cursor.fetchone()
    return count, float("inf") if left is None else left / 1e6


def cpu_ticks() -> tuple[int, int]:
    """Idle time and all time of all cores together since the machine's start."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def lost_leases(stage: Stage) -> int:
    """How often the worker said that it may not write any more."""
    return stage.laboratory.output_of("worker").read_text(encoding="utf-8").count("lease_lost")
