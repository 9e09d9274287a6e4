"""Every change of a job's state, and the refusal of every change that does not fit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from operations.clock import Now, now_plus
from pipeline import expiry, transitions
from pipeline.leases import Failure, Lease, LeaseLost
from pipeline.models import DeadLetter, Job, JobState, Step, StepResult, Submission
from providers.models import ProviderCall

pytestmark = pytest.mark.django_db
FAILURE = Failure("timeout", "It took too long.", "step forensic")


@pytest.fixture
def job(submission: Submission) -> Job:
    assert submission.current_job is not None
    return submission.current_job


@pytest.fixture
def lease(job: Job) -> Lease:
    lease = transitions.claim(job.pk, "worker-1")
    assert lease is not None
    return lease


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_expires_at=now_plus(timedelta(seconds=-1)))


def store(lease: Lease, step: Step = Step.FORENSIC) -> None:
    result = StepResult(step=step, engine="built-in", content={"a": 1}, duration_ms=5)
    transitions.store_result(lease, result, next_step=Step.REBUILDER)


def test_it_gives_a_queued_job_to_one_claimer_only(job: Job) -> None:
    assert transitions.claim(job.pk, "worker-1") is not None
    assert transitions.claim(job.pk, "worker-2") is None


def test_it_counts_an_attempt_at_each_claim(job: Job, lease: Lease) -> None:
    transitions.retry_later(lease, FAILURE, timedelta(0))
    second = transitions.claim(job.pk, "worker-1")
    assert (lease.attempt, second and second.attempt) == (1, 2)


def test_it_does_not_give_out_a_job_before_its_time(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(available_at=now_plus(timedelta(minutes=1)))
    assert transitions.claim(job.pk, "worker-1") is None
    assert transitions.due(isolated=False, count=5) == []


def test_it_lists_due_jobs_with_the_longest_waiting_first(alice: User, job: Job) -> None:
    older = Job.objects.create(
        submission=job.submission, available_at=now_plus(timedelta(minutes=-5))
    )
    assert transitions.due(isolated=False, count=5) == [older.pk, job.pk]


def test_it_lets_the_lease_run_for_thirty_seconds(job: Job, lease: Lease) -> None:
    job.refresh_from_db()
    assert job.lease_expires_at is not None and job.claimed_at is not None
    assert job.lease_expires_at - job.claimed_at == timedelta(seconds=30)


def test_it_renews_only_what_the_owner_holds(job: Job, lease: Lease) -> None:
    expire(job)
    assert transitions.renew("worker-2", [job.pk]) == 0
    assert transitions.renew("worker-1", [job.pk]) == 1
    assert expiry.return_expired() == 0


def test_it_stores_a_result_under_the_token(job: Job, lease: Lease) -> None:
    store(lease)
    result = StepResult.objects.get(job=job)
    assert (result.step, result.attempt, result.content) == ("forensic", 1, {"a": 1})


def test_it_refuses_every_write_of_a_stale_worker(job: Job, lease: Lease) -> None:
    expire(job)
    assert expiry.return_expired() == 1
    assert transitions.claim(job.pk, "worker-2") is not None
    for write in (
        lambda: store(lease),
        lambda: transitions.begin_step(lease, Step.QUALITY),
        lambda: transitions.succeed(lease),
        lambda: transitions.fail(lease, FAILURE),
        lambda: transitions.retry_later(lease, FAILURE, timedelta(0)),
        lambda: transitions.give_up(lease, FAILURE),
    ):
        with pytest.raises(LeaseLost):
            write()
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (JobState.RUNNING, "worker-2")
    assert not StepResult.objects.exists() and not DeadLetter.objects.exists()


def test_it_queues_an_expired_job_to_run_alone(job: Job, lease: Lease) -> None:
    expire(job)
    expiry.return_expired()
    assert transitions.due(isolated=False, count=5) == []
    assert transitions.due(isolated=True, count=5) == [job.pk]


def test_it_leaves_a_lease_in_time_alone(job: Job, lease: Lease) -> None:
    assert expiry.return_expired() == 0


def test_it_counts_the_running_time_of_a_vanished_attempt(job: Job, lease: Lease) -> None:
    Job.objects.filter(pk=job.pk).update(
        claimed_at=now_plus(timedelta(seconds=-61)),
        lease_expires_at=now_plus(timedelta(seconds=-1)),
    )
    expiry.return_expired()
    job.refresh_from_db()
    assert 59_900 <= job.running_ms <= 60_100


def test_it_ends_a_job_dead_when_its_last_worker_vanished(
    job: Job, lease: Lease, settings: Settings
) -> None:
    settings.JOB_MAX_RETRIES = 1
    expire(job)
    expiry.return_expired()
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert job.dead_letter.error_class == "worker-lost"


def test_it_releases_jobs_without_counting_the_attempt(job: Job, lease: Lease) -> None:
    assert transitions.release("worker-1") == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_it_writes_a_dead_letter_when_it_gives_up(job: Job, lease: Lease) -> None:
    transitions.begin_step(lease, Step.REBUILDER)
    transitions.give_up(lease, FAILURE)
    letter = DeadLetter.objects.get(job=job)
    assert (letter.error_class, letter.error_message, letter.step, letter.attempts) == (
        "timeout",
        "step forensic",
        "rebuilder",
        1,
    )


def test_it_keeps_every_call_and_every_route_passed_over_in_the_dead_letter(
    job: Job, lease: Lease
) -> None:
    call = ProviderCall.objects.create(
        provider_name="First", model="m", job_id=job.pk, step="forensic", started_at=Now()
    )
    passed_over = {"provider": "Second", "model": "n", "error": "not-configured", "call_id": None}
    transitions.give_up(lease, Failure("x", "y", trace=[{"call_id": "sent"}, passed_over]))
    first, second = DeadLetter.objects.get(job=job).trace
    assert (first["call_id"], first["state"]) == (str(call.call_id), "intent")
    assert second == {**passed_over, "step": "forensic", "attempt": 1}


def test_it_goes_on_to_the_next_step_as_it_stores_a_result(job: Job, lease: Lease) -> None:
    store(lease)
    job.refresh_from_db()
    assert (job.current_step, job.state) == (Step.REBUILDER, JobState.RUNNING)


def test_it_succeeds_as_it_stores_the_last_result(job: Job, lease: Lease) -> None:
    result = StepResult(step=Step.QUALITY, engine="built-in", content={}, duration_ms=5)
    transitions.store_result(lease, result, next_step=None)
    job.refresh_from_db()
    assert (job.state, job.current_step) == (JobState.SUCCEEDED, "")


def test_it_stores_a_result_once_when_the_commit_was_not_confirmed(job: Job, lease: Lease) -> None:
    store(lease)
    store(lease)
    assert StepResult.objects.filter(job=job).count() == 1


def test_it_tells_a_first_claim_from_later_ones(job: Job, lease: Lease) -> None:
    transitions.release("worker-1")
    second = transitions.claim(job.pk, "worker-2")
    assert second is not None
    assert (lease.is_first, second.is_first) == (True, False)


def test_it_gives_the_unit_back_once_when_a_job_dies(
    alice: User, submission: Submission, lease: Lease
) -> None:
    assert allowance(alice).used == 1
    transitions.give_up(lease, FAILURE)
    submission.refresh_from_db()
    assert allowance(alice).used == 0
    assert transitions.give_back_unit(submission) is False


def test_it_gives_a_unit_back_once_when_two_try_with_the_same_reading(
    alice: User, submission: Submission
) -> None:
    first, second = Submission.objects.get(), Submission.objects.get()
    assert transitions.give_back_unit(first) is True
    assert transitions.give_back_unit(second) is False
    assert allowance(alice).used == 0


def test_it_keeps_the_unit_when_the_code_is_at_fault(alice: User, job: Job, lease: Lease) -> None:
    transitions.fail(lease, FAILURE)
    job.refresh_from_db()
    assert (job.state, job.user_message) == (JobState.FAILED, "It took too long.")
    assert allowance(alice).used == 1


def test_it_cancels_a_running_job_and_its_worker_writes_no_more(job: Job, lease: Lease) -> None:
    assert transitions.cancel(job.pk) is not None
    with pytest.raises(LeaseLost):
        store(lease)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_it_cannot_cancel_what_has_ended(job: Job, lease: Lease) -> None:
    transitions.succeed(lease)
    assert transitions.cancel(job.pk) is None


def test_it_reads_time_from_the_database(job: Job) -> None:
    assert Job.objects.filter(pk=job.pk, created_at__lte=Now()).exists()
