"""Submitting, retrying and cancelling: all or nothing, and once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import LimitReached, allowance
from operations.models import AuditEntry
from pipeline import services, transitions
from pipeline.leases import Failure
from pipeline.models import DeadLetter, Job, JobState, Submission
from pipeline.services import InvalidSubmission, NotPossible

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(submission: Submission) -> DeadLetter:
    assert submission.current_job is not None
    lease = transitions.claim(submission.current_job.pk, "worker")
    assert lease is not None
    transitions.give_up(lease, Failure("server", "It broke."))
    return DeadLetter.objects.get()


def test_it_stores_a_submission_with_a_queued_job(submission: Submission) -> None:
    stored = Submission.objects.select_related("current_job").get()
    assert stored.current_job is not None
    assert (stored.filename, stored.current_job.state) == ("small.py", JobState.QUEUED)


def test_it_spends_one_unit_for_a_submission(alice: User, submission: Submission) -> None:
    assert allowance(alice).used == 1


def test_it_spends_nothing_on_what_it_refuses(alice: User) -> None:
    with pytest.raises(InvalidSubmission):
        services.submit(user=alice, code="", language="python")
    assert (allowance(alice).used, Submission.objects.count()) == (0, 0)


def test_it_stores_nothing_beyond_the_limit(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    services.submit(user=alice, code="x", language="python")
    with pytest.raises(LimitReached):
        services.submit(user=alice, code="y", language="python")
    assert (Submission.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_it_spends_nothing_when_storing_fails(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Job:
        raise DatabaseError("disk full")

    monkeypatch.setattr(services, "queue_job", fail)
    with pytest.raises(DatabaseError):
        services.submit(user=alice, code="x", language="python")
    assert (allowance(alice).used, Submission.objects.count()) == (0, 0)


def test_it_spends_nothing_for_what_the_product_submits_itself(alice: User) -> None:
    services.submit(user=alice, code="x", language="python", counted=False)
    assert allowance(alice).used == 0


def test_it_keeps_a_hundred_kilobytes_whole(alice: User) -> None:
    code = "é" * 50_000
    services.submit(user=alice, code=code, language="python")
    assert Submission.objects.get().code == code


def test_it_retries_a_dead_letter_once(letter: DeadLetter, an_admin: User) -> None:
    job = services.retry_dead_letter(letter=letter, by=an_admin)
    with pytest.raises(NotPossible, match=f"job {job.pk}"):
        services.retry_dead_letter(letter=letter, by=an_admin)
    assert Job.objects.count() == 2


def test_it_makes_the_new_run_the_current_one(letter: DeadLetter, an_admin: User) -> None:
    job = services.retry_dead_letter(letter=letter, by=an_admin)
    assert Submission.objects.get().current_job == job


def test_it_retries_without_spending_a_unit(
    alice: User, letter: DeadLetter, an_admin: User
) -> None:
    services.retry_dead_letter(letter=letter, by=an_admin)
    assert allowance(alice).used == 0


def test_it_notes_who_retried(letter: DeadLetter, an_admin: User) -> None:
    services.retry_dead_letter(letter=letter, by=an_admin)
    events = [entry.additional_data for entry in AuditEntry.objects.filter(action=3)]
    assert [(event["event"], event["by"]) for event in events] == [("job.retry", an_admin.pk)]


def test_it_cancels_a_queued_job(alice: User, submission: Submission) -> None:
    services.cancel(submission=submission, by=alice)
    assert Job.objects.get().state == JobState.CANCELLED


def test_it_says_that_an_ended_job_cannot_be_cancelled(alice: User, submission: Submission) -> None:
    services.cancel(submission=submission, by=alice)
    with pytest.raises(NotPossible):
        services.cancel(submission=submission, by=alice)
