"""How the rate grows with a second worker process, and the hot path with a hundred times the rows.

Two workers: first where jobs mostly wait, which is what workers are for; then at 0 ms a call, where
the cores are the limit, beside one and two processes of bare asyncio. Rows: each flow of the hot
path at 10,000 ended jobs and at 1,000,000, by time in the database, by rows that the server reads
for it (a count, the same on every machine), and with its query plans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from benchmarks.jobs import bare, flows, measure, rows
from benchmarks.jobs.flows import Cost, Flow
from benchmarks.jobs.stage import Stage, code, submit
from benchmarks.jobs.worker import answer_from, originals
from benchmarks.laboratory import counting
from benchmarks.laboratory.report import Report
from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import new_session

PURPOSE = "1 and 2 worker processes; 10,000 and 1,000,000 ended jobs"
WAITING_SLOTS, WAITING_SECONDS, WAITING_JOBS = 30, 0.5, 400
BUSY_SLOTS, BUSY_JOBS, BUSY_BARE_JOBS, BUSY_AT_ONCE = 30, 600, 400, 16
LEAST_GROWTH_WAITING = 1.8
SIZES = (10_000, 1_000_000)
QUEUED = 100
MOST_TIMES_READS, MOST_TIMES_MS = 1.2, 3.0


def run(stage: Stage, report: Report) -> None:
    """Workers first, then rows."""
    _report_waiting(stage, report)
    _report_busy(stage, report)
    with stage.vendor(0.0), _analysis_off(stage):
        _report_rows(stage, report)
    stage.clear()


def _report_waiting(stage: Stage, report: Report) -> None:
    report.line(f"  Jobs that wait: {WAITING_SLOTS} slots a worker, {WAITING_SECONDS} s a call")
    with stage.vendor(WAITING_SECONDS):
        one, two = (rate(stage, count, WAITING_SLOTS, WAITING_JOBS * count) for count in (1, 2))
    ideal = WAITING_SLOTS / (counting.STEPS * WAITING_SECONDS)
    report.figure("1 worker, 2 workers (ideal)", _rates(one, two, ideal))
    report.at_least("jobs/s of two workers in times of one", two / one, LEAST_GROWTH_WAITING)


def _report_busy(stage: Stage, report: Report) -> None:
    report.line(f"  Cores as the limit: {BUSY_SLOTS} slots a worker, 0 s a call")
    with stage.vendor(0.0):
        one, two = (rate(stage, count, BUSY_SLOTS, BUSY_JOBS * count) for count in (1, 2))
        bare_one, bare_two = bare_rate(stage, 1), bare_rate(stage, 2)
    report.figure("1 worker, 2 workers", f"{_rates(one, two)}: {two / one:.2f} times")
    times = f"{bare_two / bare_one:.2f} times"
    report.figure("bare asyncio in 1, in 2 processes", f"{_rates(bare_one, bare_two)}: {times}")


def rate(stage: Stage, workers: int, slots: int, jobs: int) -> float:
    """Jobs a second of so many worker processes that empty a queue together."""
    stage.clear()
    stage.fill_queue(jobs)
    with ExitStack() as stack:
        for number in range(workers):
            stack.enter_context(stage.worker(f"worker{number}", analysis="off", slots=slots))
        stage.run_all()
    return measure.rate(measure.finish_times(), 3 * slots * workers)


def bare_rate(stage: Stage, processes: int) -> float:
    """Jobs a second of so many processes of bare asyncio together."""

    def one(_number: int) -> float:
        requests = stage.rehearsal.requests
        outcome = bare.run(stage.vendor_url, requests, jobs=BUSY_BARE_JOBS, at_once=BUSY_AT_ONCE)
        return outcome.jobs_per_second

    with ThreadPoolExecutor(processes) as pool:
        return sum(pool.map(one, range(processes)))


def _rates(one: float, two: float, ideal: float = 0.0) -> str:
    beside = f" ({ideal:.1f}, {2 * ideal:.1f})" if ideal else ""
    return f"{one:.1f}, {two:.1f} jobs/s{beside}"


@contextmanager
def _analysis_off(stage: Stage) -> Iterator[None]:
    """In this process, while the block runs."""
    with originals():
        answer_from(stage.rehearsal.answers)
        yield


def _report_rows(stage: Stage, report: Report) -> None:
    users = [user_named(f"owner{number}") for number in range(rows.USERS)]
    template, before, costs = _template(stage), 0, []
    for size in SIZES:
        rows.add_ended_jobs(before + 1, size, template, users)
        before = size
        _queue_some(stage)
        costs.append({name: flows.measure(flow) for name, flow in _flows().items()})
    sizes = ", ".join(f"{count:,} {table}" for table, count in rows.counts().items())
    report.line(f"  Rows at the end: {sizes}")
    for name in costs[0]:
        _compare(report, name, costs[0][name], costs[1][name])


def _template(stage: Stage) -> int:
    """A job that ran here, to be copied."""
    from pipeline.heartbeat import Heartbeat
    from pipeline.runner import run_job

    stage.clear()
    job = submit(0, user_named("bench"))
    run_job(job, Heartbeat())
    rows.leave_room()
    return job


def _queue_some(stage: Stage) -> None:
    """As many waiting jobs at each size."""
    from pipeline.models import Job, JobState

    Job.objects.filter(state=JobState.QUEUED).update(state=JobState.CANCELLED)
    stage.fill_queue(QUEUED)


def _flows() -> dict[str, Callable[[int], Flow]]:
    from django.test import Client

    from accounts.models import User
    from pipeline import dispatch, services, transitions
    from pipeline.forms import new_token
    from pipeline.heartbeat import Heartbeat
    from pipeline.models import Job
    from pipeline.runner import run_job

    user, heartbeat = User.objects.get(pk=user_named("visitor")), Heartbeat()
    client = Client(headers={"host": "localhost"})
    client.cookies["sessionid"] = new_session("visitor")
    polled = Job.objects.select_related("submission").get(pk=submit(0, user.pk))
    held = [submit(number, user.pk) for number in range(QUEUED)]
    for job in held:
        transitions.claim(job, heartbeat.owner)

    def hand_in(number: int) -> Flow:
        token, text = new_token(), code(number)
        return lambda: services.submit(
            user=user, code=text, language="python", idempotency_key=token
        )

    def run_one(number: int) -> Flow:
        job = submit(number, user.pk)
        return lambda: run_job(job, heartbeat, alone=False)

    address = f"/submissions/{polled.submission.public_id}/progress/"
    return {
        "submission": hand_in,
        "run of a job": run_one,
        "search for due jobs": lambda _: lambda: transitions.due(isolated=False, count=QUEUED),
        "heartbeat of 100 jobs": lambda _: lambda: transitions.renew(heartbeat.owner, held),
        "sweep": lambda _: dispatch.sweep,
        "status poll": lambda _: lambda: client.get(address, secure=True),
    }


def _compare(report: Report, name: str, few: Cost, many: Cost) -> None:
    report.line()
    report.figure(f"{name}: rows read", f"{few.rows_read} and {many.rows_read}")
    report.figure(f"{name}: time in the database", f"{few.ms:.2f} ms and {many.ms:.2f} ms")
    for statement in many.statements.values():
        before = few.statements.get(statement.sql)
        report.line(f"      {statement.sql}")
        if before and before.plan != statement.plan:
            report.line(f"        at first: {before.plan}")
        report.line(f"        plan: {statement.plan}")
    reads = (many.rows_read + 1) / (few.rows_read + 1)
    report.at_most(f"{name}: rows read, in times of those at 10,000", reads, MOST_TIMES_READS)
    report.at_most(f"{name}: time, in times of that at 10,000", many.ms / few.ms, MOST_TIMES_MS)
    whole = sum(statement.reads_whole_table for statement in many.statements.values())
    report.exactly(f"{name}: statements that read a large table whole", whole, 0)
