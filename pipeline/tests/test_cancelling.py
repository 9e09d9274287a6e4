"""Cancelling by users and administrators: once, in any open state, and what it costs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.db.models import Sum

from accounts.models import User
from billing.limits import allowance
from billing.models import DailyUsage
from operations.models import AuditEntry
from operations.persistence import persistently
from pipeline import services, transitions
from pipeline.leases import Failure, Lease
from pipeline.models import Job, JobState, Submission
from pipeline.refusals import NotPossible
from pipeline.services import CancelledJobs
from pipeline.tests.page_data import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(submission: Submission) -> Job:
    assert submission.current_job is not None
    return submission.current_job


def claim(job: Job) -> Lease:
    lease = transitions.claim(job.pk, "worker")
    assert lease is not None
    return lease


def test_it_gives_the_unit_back_of_what_no_worker_ever_had(
    alice: User, submission: Submission
) -> None:
    assert services.cancel(submission=submission, by=alice).unit_returned is True
    assert allowance(alice).used == 0


def test_it_keeps_the_unit_of_a_run_that_its_user_cancels(
    alice: User, submission: Submission, job: Job
) -> None:
    claim(job)
    assert services.cancel(submission=submission, by=alice).unit_returned is False
    assert allowance(alice).used == 1


def test_it_keeps_the_unit_of_a_run_that_was_released_uncounted(
    alice: User, submission: Submission, job: Job
) -> None:
    """Its attempt is taken back, but a model may have been asked by then."""
    claim(job)
    transitions.release("worker")
    job.refresh_from_db()
    assert job.attempts == 0
    assert services.cancel(submission=submission, by=alice).unit_returned is False


def test_it_gives_the_unit_back_of_any_run_that_an_administrator_cancels(
    alice: User, an_admin: User, job: Job
) -> None:
    claim(job)
    assert services.cancel_job(job=job, by=an_admin).unit_returned is True
    assert allowance(alice).used == 0
    job.refresh_from_db()
    assert job.user_message == "An administrator cancelled this run."


def test_it_gives_administrators_no_free_runs_of_their_own(an_admin: User) -> None:
    job = services.submit(user=an_admin, code="x", language="python").current_job
    assert job is not None
    claim(job)
    assert services.cancel_job(job=job, by=an_admin).unit_returned is False
    assert allowance(an_admin).used == 1


def test_it_gives_a_unit_back_once(alice: User, an_admin: User, job: Job) -> None:
    other = services.submit(user=alice, code="y", language="python")
    services.cancel_job(job=job, by=an_admin)
    with pytest.raises(NotPossible):
        services.cancel_job(job=job, by=an_admin)
    assert (allowance(alice).used, other.usage_day is None) == (1, False)


@pytest.mark.parametrize(
    "state", [JobState.SUCCEEDED, JobState.FAILED, JobState.DEAD, JobState.CANCELLED]
)
def test_it_says_so_when_the_run_had_ended(
    alice: User, an_admin: User, submission: Submission, job: Job, state: JobState
) -> None:
    put(submission, state)
    with pytest.raises(NotPossible, match="has ended already"):
        services.cancel(submission=submission, by=alice)
    with pytest.raises(NotPossible, match="has ended already"):
        services.cancel_job(job=job, by=an_admin)
    job.refresh_from_db()
    assert (job.state, allowance(alice).used) == (state, 1)


def test_it_forgets_the_error_of_an_earlier_attempt(
    alice: User, submission: Submission, job: Job
) -> None:
    put(submission, JobState.QUEUED, error_class="timeout", user_message="It took too long.")
    services.cancel(submission=submission, by=alice)
    job.refresh_from_db()
    assert (job.error_class, job.user_message) == ("", "")


def test_it_notes_which_administrator_cancelled(an_admin: User, job: Job) -> None:
    services.cancel_job(job=job, by=an_admin)
    entry = AuditEntry.objects.get_for_object(job).get()
    assert entry.additional_data == {
        "event": "job.cancel",
        "job": job.pk,
        "by": an_admin.pk,
        "unit_returned": True,
    }


def test_it_cancels_many_and_counts_those_that_had_ended(alice: User, an_admin: User) -> None:
    made = [services.submit(user=alice, code="x", language="python") for _ in range(3)]
    put(made[0], JobState.SUCCEEDED)
    done = services.cancel_all(Job.objects.all(), by=an_admin)
    assert done == CancelledJobs(cancelled=2, before=1)
    assert allowance(alice).used == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(8))
def test_it_stays_right_while_a_worker_releases_and_claims(
    alice: User, submission: Submission, job: Job, turn: int
) -> None:
    """Cancelled once, written by no worker afterwards, and paid for if one ever had it."""

    def work() -> bool:
        try:
            had_it = False
            for _ in range(6):  # MySQL may end any of these for the sake of the cancel
                had_it |= persistently(transitions.claim, job.pk, "worker") is not None
                persistently(transitions.release, "worker")
            return had_it
        finally:
            connections.close_all()

    def stop() -> bool:
        try:
            return services.cancel(submission=submission, by=alice).unit_returned
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        working = threads.submit(work)
        returned = threads.submit(stop).result()
        had_it = working.result()
    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (JobState.CANCELLED, "")
    assert returned is (job.started_at is None) is not had_it
    assert allowance(alice).used == (0 if returned else 1)


@pytest.mark.django_db(transaction=True)
def test_it_cancels_once_when_user_and_administrators_do_it_together(
    alice: User, an_admin: User, submission: Submission, job: Job
) -> None:
    services.submit(user=alice, code="y", language="python")  # whose unit must stay taken

    def act(number: int) -> bool:
        try:
            if number % 2:
                services.cancel(submission=submission, by=alice)
            else:
                services.cancel_job(job=job, by=an_admin)
        except NotPossible:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(act, range(8))) == 1
    assert DailyUsage.objects.aggregate(taken=Sum("submissions"))["taken"] == 1


def test_it_refuses_what_the_worker_of_a_cancelled_run_wants_to_write(
    an_admin: User, job: Job
) -> None:
    lease = claim(job)
    services.cancel_job(job=job, by=an_admin)
    with pytest.raises(transitions.LeaseLost):
        transitions.give_up(lease, Failure("server", "It broke."))
    assert Submission.objects.get().usage_day is None
