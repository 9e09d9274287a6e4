"""A running pool: it takes what is due, lets nothing go, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from pytest_django.fixtures import Settings

from billing.models import Budget, BudgetDay, BudgetReservation
from operations.clock import database_now, now_plus
from pipeline import pool, presence, runner, transitions
from pipeline.models import Job, JobState, Step, StepResult, Submission, Worker
from pipeline.steps import Assignment, StepOutput
from providers import probes

pytestmark = pytest.mark.django_db(transaction=True)


def answer(assignment: Assignment) -> StepOutput:
    return StepOutput("fake", {"step": assignment.step})


@pytest.fixture
def jobs(submission: Submission) -> list[int]:
    """Ten queued jobs."""
    more = [Job.objects.create(submission=submission) for _ in range(9)]
    return [job.pk for job in (submission.current_job, *more) if job]


@contextmanager
def serving(slots: int = 3, grace_seconds: float = 20.0) -> Iterator[pool.Pool]:
    """A pool at work on a thread; ended when the block ends."""
    running = pool.Pool(slots)
    thread = threading.Thread(
        target=lambda: running.run(grace_seconds=grace_seconds), name="pool under test"
    )
    thread.start()
    try:
        yield running
    finally:
        running.stop()
        thread.join(timeout=30)
    assert not thread.is_alive()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something another thread does has happened; fail after 20 s."""
    ended = threading.Event()
    for _ in range(400):
        if condition():
            return
        ended.wait(0.05)
    pytest.fail("It did not happen within 20 seconds.")


def all_in(state: JobState) -> Callable[[], bool]:
    return lambda: not Job.objects.exclude(state=state).exists()


def test_it_runs_every_due_job_once(jobs: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Step] = []

    def note(assignment: Assignment) -> StepOutput:
        ran.append(assignment.step)
        return StepOutput("fake", {})

    monkeypatch.setattr(runner, "run_step", note)
    with serving():
        wait_for(all_in(JobState.SUCCEEDED))
    assert len(ran) == 3 * len(jobs)


def test_it_holds_no_more_jobs_than_it_has_slots(
    jobs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    proceed = threading.Event()

    def wait(assignment: Assignment) -> StepOutput:
        proceed.wait(20)
        return StepOutput("fake", {})

    monkeypatch.setattr(runner, "run_step", wait)
    with serving(slots=2):
        wait_for(lambda: Job.objects.filter(state=JobState.RUNNING).count() == 2)
        queued = Job.objects.filter(state=JobState.QUEUED).count()
        proceed.set()
        wait_for(all_in(JobState.SUCCEEDED))
    assert queued == 8


def test_it_forgets_workers_that_vanished_long_ago(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "SWEEP_SECONDS", 0.05)
    presence.report("gone", kind="pool", slots=1, in_flight=0)
    Worker.objects.update(seen_at=now_plus(-2 * presence.FORGET_AFTER))
    with serving():
        wait_for(lambda: not Worker.objects.filter(owner="gone").exists())


def test_it_counts_what_else_its_process_works_on(jobs: list[int]) -> None:
    crowded = pool.Pool(2)
    with crowded.heartbeat.holding(-1), crowded.heartbeat.holding(-2):
        crowded._start_shared_jobs()
    assert not Job.objects.exclude(state=JobState.QUEUED).exists()


def test_it_releases_what_does_not_end_within_the_grace_time(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = threading.Event()

    def wait(assignment: Assignment) -> StepOutput:
        hang.wait(20)
        return StepOutput("fake", {})

    monkeypatch.setattr(runner, "run_step", wait)
    with serving(grace_seconds=0.1):
        wait_for(lambda: Job.objects.filter(state=JobState.RUNNING).exists())
    job = Job.objects.get()
    hang.set()
    wait_for(lambda: "job" not in {thread.name for thread in threading.enumerate()})
    job.refresh_from_db()
    assert (job.state, job.attempts, job.results.count()) == (JobState.QUEUED, 0, 0)


def test_it_opens_no_more_connections_than_it_may(
    jobs: list[int], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DB_MAX_CONNECTIONS = 1
    opened: set[int] = set()

    def note(connection: object, **_: object) -> None:
        if threading.current_thread().name.startswith("job"):
            opened.add(id(connection))

    monkeypatch.setattr(runner, "run_step", answer)
    connection_created.connect(note)
    try:
        with serving(slots=10):
            wait_for(all_in(JobState.SUCCEEDED))
    finally:
        connection_created.disconnect(note)
    assert len(opened) <= 1


@pytest.mark.parametrize("error", [OperationalError("gone away"), OSError("no memory")])
def test_it_goes_on_after_a_look_that_failed(
    error: Exception, jobs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = transitions.due, iter([error, error])

    def due(*, isolated: bool, count: int) -> list[int]:
        for failure in failures:
            raise failure
        return real(isolated=isolated, count=count)

    monkeypatch.setattr(pool, "FAILURE_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(transitions, "due", due)
    monkeypatch.setattr(runner, "run_step", answer)
    with serving():
        wait_for(all_in(JobState.SUCCEEDED))


@pytest.fixture
def shared_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets processes that a test starts open the test's database."""
    set_ = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{set_['NAME']}"
    else:
        login = f"{set_['USER']}:{set_['PASSWORD']}".rstrip(":")
        url = f"mysql://{login}@{set_['HOST']}:{set_['PORT'] or 3306}/{set_['NAME']}"
    monkeypatch.setenv("DATABASE_URL", url)


@contextmanager
def working(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real ``manage.py work``; killed if the block did not end it."""
    command = [sys.executable, str(django_settings.BASE_DIR / "manage.py"), "work", *options]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_ends_by_itself_when_told_to(submission: Submission, shared_database: None) -> None:
    with working() as process:
        wait_for(all_in(JobState.SUCCEEDED))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_it_finishes_jobs_of_a_killed_worker_without_a_second_result(
    submission: Submission, shared_database: None
) -> None:
    job = submission.current_job
    assert job is not None
    lease = transitions.claim(job.pk, "killed-worker")
    assert lease is not None
    result = StepResult(step=Step.FORENSIC, engine="killed", content=DOSSIER, duration_ms=1)
    transitions.store_result(lease, result, next_step=Step.REBUILDER)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=job.created_at)
    with serving():
        wait_for(all_in(JobState.SUCCEEDED))
    steps = list(job.results.values_list("step", "engine"))
    assert steps == [("forensic", "killed"), ("rebuilder", "built-in"), ("quality", "built-in")]


DOSSIER = {
    "brief": {"what": "a", "purpose": "b", "score": 5, "biggest_risk": "c"},
    "syntax": {"state": "valid"},
    "components": [],
    "dependencies": [],
    "assumptions": [],
    "findings": [],
    "trace": [],
    "assessment": {"stage": "unknown", "trusted_in_production": False, "reason": "d"},
    "checks": [],
    "not_checked": [],
}


def test_it_probes_providers_beside_its_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(probes, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(probes, "run_due", asked.append)
    with serving():
        wait_for(lambda: len(asked) > 1)
    assert set(asked) == {1}


def test_it_counts_as_spent_what_was_set_aside_for_calls_nobody_will_tell_of() -> None:
    budget = Budget.objects.create(subject="global", daily_microdollars=100)
    day = BudgetDay.objects.create(budget=budget, day=database_now().date(), reserved=40)
    BudgetReservation.objects.create(
        day=day, call_id=uuid4(), microdollars=40, expires_at=now_plus(-timedelta(hours=1))
    )
    pool._sweep()
    day.refresh_from_db()
    assert (day.reserved, day.spent, day.unsettled) == (0, 40, 1)
