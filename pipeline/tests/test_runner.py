"""One job from claim to end: steps in order, resumed where they were, and what failures become."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from operations.clock import database_now
from pipeline import runner, transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import Job, JobState, Step, StepResult, Submission
from pipeline.steps import Assignment, StepFailed, StepOutput

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(submission: Submission) -> Job:
    assert submission.current_job is not None
    return submission.current_job


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(assignment: Assignment) -> StepOutput:
        raise error

    monkeypatch.setattr(runner, "run_step", fail)


def step_failed(*, retryable: bool = True, **more: object) -> StepFailed:
    return StepFailed("server", "500 from x", user_message="It broke.", retryable=retryable, **more)


def test_it_runs_the_steps_in_order_each_with_the_results_before_it(
    job: Job, ran: list[Step]
) -> None:
    assert runner.run_job(job.pk, Heartbeat()) is True
    assert ran == [Step.FORENSIC, Step.REBUILDER, Step.QUALITY]
    assert [result.content["seen"] for result in job.results.all()] == [
        [],
        ["forensic"],
        ["forensic", "rebuilder"],
    ]


def test_it_ends_succeeded_with_its_running_time(job: Job, ran: list[Step]) -> None:
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.lease_owner, job.error_class) == (JobState.SUCCEEDED, "", "")
    assert job.finished_at is not None and job.started_at is not None


def test_it_resumes_at_the_first_missing_step(job: Job, ran: list[Step]) -> None:
    lease = transitions.claim(job.pk, "vanished")
    assert lease is not None
    result = StepResult(
        step=Step.FORENSIC, engine="built-in", content={"kept": True}, duration_ms=1
    )
    transitions.store_result(lease, result, next_step=Step.REBUILDER)
    transitions.release("vanished")
    runner.run_job(job.pk, Heartbeat())
    assert ran == [Step.REBUILDER, Step.QUALITY]
    assert job.results.get(step=Step.FORENSIC).content == {"kept": True}


def test_it_leaves_a_job_alone_that_somebody_else_has(job: Job, ran: list[Step]) -> None:
    transitions.claim(job.pk, "other")
    assert runner.run_job(job.pk, Heartbeat()) is False
    assert ran == []


def test_it_queues_a_job_again_after_a_retryable_failure(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, step_failed())
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.error_class, job.user_message) == (
        JobState.QUEUED,
        "server",
        "It broke.",
    )


def test_it_waits_at_least_as_long_as_the_failure_asks(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, step_failed(retry_after=timedelta(hours=1)))
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert job.available_at > database_now() + timedelta(minutes=59)


def test_it_gives_up_after_the_last_attempt(
    job: Job, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.JOB_MAX_RETRIES = 3
    failing(monkeypatch, step_failed())
    runs = [runner.run_job(job.pk, Heartbeat()) for _ in range(4)]
    job.refresh_from_db()
    assert runs == [True, True, True, False]
    assert (job.state, job.dead_letter.attempts) == (JobState.DEAD, 3)


def test_it_gives_up_at_once_when_no_retry_can_help(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, step_failed(retryable=False))
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.dead_letter.error_message) == (JobState.DEAD, "500 from x")


def test_it_fails_without_a_dead_letter_when_the_code_is_at_fault(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, step_failed(retryable=False, code_at_fault=True))
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not hasattr(job, "dead_letter")


def test_it_turns_a_bug_into_a_retry_that_does_not_show_internals(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, RuntimeError("secret detail"))
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.error_class) == (JobState.QUEUED, "internal")
    assert "secret" not in job.user_message


def test_it_stops_a_job_whose_time_over_all_attempts_is_up(
    job: Job, ran: list[Step], settings: Settings
) -> None:
    Job.objects.filter(pk=job.pk).update(running_ms=settings.JOB_TIMEOUT_MS)
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.error_class, ran) == (JobState.DEAD, "timeout", [])


def test_it_writes_nothing_when_the_lease_is_lost_during_a_step(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(assignment: Assignment) -> StepOutput:
        transitions.cancel(job.pk)
        return StepOutput("fake", {})

    monkeypatch.setattr(runner, "run_step", lose)
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert (job.state, job.results.count()) == (JobState.CANCELLED, 0)


def test_it_renews_a_lease_only_while_the_job_is_worked_on(job: Job) -> None:
    heartbeat = Heartbeat()
    transitions.claim(job.pk, heartbeat.owner)
    Job.objects.filter(pk=job.pk).update(lease_expires_at=database_now())
    heartbeat.beat()
    job.refresh_from_db()
    stale = job.lease_expires_at
    with heartbeat.holding(job.pk):
        heartbeat.beat()
    job.refresh_from_db()
    assert stale is not None and job.lease_expires_at is not None
    assert job.lease_expires_at > stale
