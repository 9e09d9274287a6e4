"""How many jobs a second one worker process does when models answer at once, and what a job costs.

Beside bare asyncio, which makes the same calls with the same SDK and writes nothing down. Analysis
is off at first: it runs in processes of its own and would only hide what the pipeline costs. The
worker is the one that needs no broker; what Celery adds is printed beside it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.jobs import bare, measure, scanning, statements
from benchmarks.jobs.stage import SLOTS, Stage
from benchmarks.laboratory.report import Report

PURPOSE = "0 ms a call, one worker process, beside bare asyncio with the same SDK"
LEAST_SHARE = 0.40
MOST_TIMES_SCANNERS = 3.0
ROUNDS = 3
CELERY_SLOTS = 16
POOL_SLOTS = (4, 8, 16)  # more would only wait for each other: nothing else is waited for here
JOBS_TRIED = 600
JOBS, SKIPPED = 1200, SLOTS
BARE_JOBS = 900
BARE_AT_ONCE = (4, 16, 64)
JOBS_ANALYSED, SKIPPED_ANALYSED = 120, 10


@dataclass(frozen=True)
class Run:
    """One run of the worker: the rate, and per job what was used."""

    rate: float
    worker_cpu_ms: float
    database_cpu_ms: float
    vendor_cpu_ms: float
    statements: float
    pings: float


def run(stage: Stage, report: Report) -> None:
    """Measure both in turns and print the share, what a job uses, and its statements."""
    with stage.vendor(0.0) as vendor:
        at_once, slots = best_at_once(stage), best_slots(stage, vendor.pid)
        bares, runs = [], []
        for _ in range(ROUNDS):
            bares.append(bare_rate(stage, at_once))
            runs.append(worker_run(stage, vendor.pid, JOBS, SKIPPED, slots=slots))
        _compare(report, bares, runs, at_once, slots)
        carried = worker_run(stage, vendor.pid, JOBS, SKIPPED, kind="celery", slots=CELERY_SLOTS)
        report.figure("the same through Celery", f"{carried.rate:.1f} jobs/s")
        report.figure("CPU a job: Celery worker", f"{carried.worker_cpu_ms:.2f} ms")
        with streaming():
            streamed = worker_run(stage, vendor.pid, JOBS, SKIPPED, slots=slots)
        report.figure("the same without Celery, answers streamed", f"{streamed.rate:.1f} jobs/s")
        report.figure("CPU a job: worker, answers streamed", f"{streamed.worker_cpu_ms:.2f} ms")
        statements.report_one_job(stage, report)
        analysed = worker_run(stage, vendor.pid, JOBS_ANALYSED, SKIPPED_ANALYSED, analysis="on")
        report.figure("one worker, analysis on", f"{analysed.rate:.1f} jobs/s")
    _compare_scanners(report)


@contextmanager
def streaming() -> Iterator[None]:
    """Ask for answers piece by piece in the block, as the product does unless told otherwise."""
    from providers.models import ApiProvider

    ApiProvider.objects.update(streams=True)
    try:
        yield
    finally:
        ApiProvider.objects.update(streams=False)


def best_at_once(stage: Stage) -> int:
    """How many jobs at once suit bare asyncio best, so that it is not held back."""
    return max(BARE_AT_ONCE, key=lambda at_once: bare_rate(stage, at_once).jobs_per_second)


def best_slots(stage: Stage, vendor_pid: int) -> int:
    """How many jobs at once suit the worker best."""

    def rate(slots: int) -> float:
        return worker_run(stage, vendor_pid, JOBS_TRIED, JOBS_TRIED // 4, slots=slots).rate

    return max(POOL_SLOTS, key=rate)


def bare_rate(stage: Stage, at_once: int) -> bare.Outcome:
    """One run of bare asyncio."""
    requests = stage.rehearsal.requests
    return bare.run(stage.vendor_url, requests, jobs=BARE_JOBS, at_once=at_once)


def worker_run(
    stage: Stage,
    vendor_pid: int,
    jobs: int,
    skipped: int,
    *,
    analysis: str = "off",
    kind: str = "work",
    slots: int = POOL_SLOTS[-1],
) -> Run:
    """Fill the queue, let one worker empty it, and take the rate of the middle part."""
    stage.clear()
    stage.fill_queue(jobs)
    database = stage.laboratory.mariadb.child
    pids = [database.pid if database else 0, vendor_pid]
    with stage.worker(analysis=analysis, kind=kind, slots=slots) as worker:
        pids.append(worker.pid)
        before, status = [measure.cpu_seconds(pid) for pid in pids], measure.status()
        left = jobs - len(measure.finish_times())
        stage.run_all()
        after, now = [measure.cpu_seconds(pid) for pid in pids], measure.status()
    used = [(end - start) / left * 1000 for start, end in zip(before, after, strict=True)]
    return Run(
        rate=measure.rate(measure.finish_times(), skipped),
        worker_cpu_ms=used[2],
        database_cpu_ms=used[0],
        vendor_cpu_ms=used[1],
        statements=(now["Questions"] - status["Questions"]) / left,
        pings=(now["Com_admin_commands"] - status["Com_admin_commands"]) / left,
    )


def _compare(
    report: Report, bares: list[bare.Outcome], runs: list[Run], at_once: int, slots: int
) -> None:
    bare_rates = [outcome.jobs_per_second for outcome in bares]
    rates = [run.rate for run in runs]
    report.figure(f"bare asyncio, {at_once} jobs at once", _rates(bare_rates))
    report.figure(f"one worker of {slots} slots, analysis off", _rates(rates))
    middle = sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
    cpu = statistics.median(outcome.cpu_ms_per_job for outcome in bares)
    report.figure("CPU a job: bare asyncio", f"{cpu:.2f} ms")
    report.figure("CPU a job: worker", f"{middle.worker_cpu_ms:.2f} ms")
    report.figure("CPU a job: MariaDB", f"{middle.database_cpu_ms:.2f} ms")
    report.figure("CPU a job: the pretend vendor", f"{middle.vendor_cpu_ms:.2f} ms")
    report.figure(
        "statements a job, with the heartbeat's and the sweep's", f"{middle.statements:.1f}"
    )
    report.figure("pings of connections a job", f"{middle.pings:.1f}")
    share = statistics.median(rates) / statistics.median(bare_rates)
    report.at_least("jobs/s as a share of bare asyncio's", share, LEAST_SHARE)


def _compare_scanners(report: Report) -> None:
    cost = scanning.run()
    of = f"of {cost.files} library modules of {cost.lines:.0f} lines"
    report.figure(f"CPU a file, {of}: analysis", f"{cost.analysis:.1f} ms")
    report.figure("CPU a file: bandit's own work", f"{cost.bandit:.1f} ms")
    start = f"without its start of {cost.ruff_start:.1f} ms"
    report.figure("CPU a file: ruff's own work", f"{cost.ruff:.1f} ms ({start})")
    report.at_most(
        "CPU of analysis in times of bandit's and ruff's", cost.times_both, MOST_TIMES_SCANNERS
    )


def _rates(rates: list[float]) -> str:
    each = ", ".join(f"{rate:.0f}" for rate in rates)
    return f"{statistics.median(rates):.1f} jobs/s (of {each})"
