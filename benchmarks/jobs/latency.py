"""How much longer a job takes than its models and analysers, at a rate that any machine can keep.

Three calls of 200 ms, 10 jobs a second through Celery. A job's extra time is its time from being
queued to being succeeded, by the database's clock, less 3 x 200 ms and, where analysis is on, less
the time for which analysis was waited for. Beside it the extra time of the same calls in bare
asyncio: its time from the first request to the last answer, less 3 x 200 ms.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.jobs import bare
from benchmarks.jobs.measure import percentile
from benchmarks.jobs.stage import Stage, submit
from benchmarks.laboratory.counting import STEPS
from benchmarks.laboratory.report import Report
from benchmarks.laboratory.submitting import user_named

PURPOSE = "3 calls of 200 ms, 10 jobs/s through Celery, beside bare asyncio with the same SDK"
LATENCY_SECONDS = 0.2
WAITS_MS = STEPS * LATENCY_SECONDS * 1000
RATE = 10.0
JOBS, WARM_JOBS = 300, 20
MOST_TIMES_BARE = 3.0
GOALS = {50: 25.0, 99: 80.0}


@dataclass(frozen=True)
class Extra:
    """Milliseconds that jobs took beyond what they waited for; ``analysed`` is the mean wait for
    analysis that was taken off.
    """

    p50: float
    p99: float
    analysed: float = 0.0


def run(stage: Stage, report: Report) -> None:
    """Measure bare asyncio before and after the product, whose analysis is off, then on."""
    with stage.vendor(LATENCY_SECONDS):
        beside = [bare_extra(stage)]
        off = product_extra(stage, analysis="off")
        beside.append(bare_extra(stage))
        on = product_extra(stage, analysis="timed")
    p50 = sum(extra.p50 for extra in beside) / len(beside)
    p99 = sum(extra.p99 for extra in beside) / len(beside)
    report.figure("bare asyncio: extra time p50, p99", f"{p50:.1f} ms, {p99:.1f} ms")
    _say(report, "analysis off", off, p50)
    report.figure("analysis on: its time of a job, taken off (mean)", f"{on.analysed:.1f} ms")
    _say(report, "analysis on", on, p50)


def bare_extra(stage: Stage) -> Extra:
    """One run of bare asyncio at the same rate."""
    outcome = bare.run(stage.vendor_url, stage.rehearsal.requests, jobs=JOBS, rate=RATE)
    return _extra([seconds * 1000 - WAITS_MS for seconds in outcome.seconds])


def product_extra(stage: Stage, *, analysis: str) -> Extra:
    """One run of the product: jobs at the rate, after some that warm the worker up."""
    stage.clear()
    times = stage.laboratory.folder / "analysis-times"
    times.unlink(missing_ok=True)
    user = user_named("bench")
    with stage.worker(analysis=analysis, times=times if analysis == "timed" else None):
        stage.fill_queue(WARM_JOBS)
        stage.run_all()
        measured = submit_steadily(user)
        stage.run_all()
    analysed = analysis_ms(times)
    extra = [ms - WAITS_MS - analysed[job] for job, ms in job_ms(measured).items()]
    return _extra(extra, sum(analysed[job] for job in measured) / len(measured))


def submit_steadily(user: int) -> list[int]:
    """Hand in a sample every tenth of a second; the jobs' ids."""
    started, jobs = time.monotonic(), []
    for number in range(JOBS):
        time.sleep(max(0.0, started + number / RATE - time.monotonic()))
        jobs.append(submit(WARM_JOBS + number, user))
    return jobs


def job_ms(jobs: list[int]) -> dict[int, float]:
    """How long each job took from being queued to its end."""
    from pipeline.models import Job

    rows = Job.objects.filter(id__in=jobs).values_list("id", "created_at", "finished_at")
    return {job: (end - start).total_seconds() * 1000 for job, start, end in rows if end}


def analysis_ms(times: Path) -> dict[int, float]:
    """How long each job waited for analysis; 0 for all where none was timed."""
    waited: dict[int, float] = defaultdict(float)
    for line in times.read_text(encoding="utf-8").splitlines() if times.exists() else ():
        job, seconds = line.split()
        waited[int(job)] += float(seconds) * 1000
    return waited


def _extra(milliseconds: list[float], analysed: float = 0.0) -> Extra:
    return Extra(percentile(milliseconds, 50), percentile(milliseconds, 99), analysed)


def _say(report: Report, what: str, extra: Extra, bare_p50: float) -> None:
    report.goal(f"{what}: extra time of a job p50", extra.p50, GOALS[50])
    report.goal(f"{what}: extra time of a job p99", extra.p99, GOALS[99])
    times = extra.p50 / bare_p50
    report.at_most(f"{what}: extra time p50 in times of bare asyncio's", times, MOST_TIMES_BARE)
