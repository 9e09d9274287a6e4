"""Dead letters: retried once each, one by one or many together, deleted, and purged in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from accounts.models import User
from billing.limits import allowance
from operations import runtime_config
from operations.clock import now_plus
from operations.models import AuditEntry
from pipeline import dead_letters, periodic, services
from pipeline.dead_letters import Retried
from pipeline.models import DeadLetter, Job, JobState, Submission
from pipeline.refusals import NotPossible
from pipeline.tests.dying import dead_ones, die

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(alice: User) -> list[DeadLetter]:
    return dead_ones(alice, 5)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 2)


def queued() -> int:
    return Job.objects.filter(state=JobState.QUEUED).count()


def test_it_queues_all_of_many_again(
    letters: list[DeadLetter], an_admin: User, small_batches: None
) -> None:
    assert services.retry_all(DeadLetter.objects.all(), by=an_admin) == Retried(5, 0)
    assert queued() == 5
    for letter in DeadLetter.objects.select_related("job__submission"):
        assert letter.retried_as_id == letter.job.submission.current_job_id != letter.job_id


def test_it_counts_those_that_had_been_retried_before(
    letters: list[DeadLetter], an_admin: User, small_batches: None
) -> None:
    services.retry_dead_letter(letter=letters[1], by=an_admin)
    assert services.retry_all(DeadLetter.objects.all(), by=an_admin) == Retried(4, 1)
    assert services.retry_all(DeadLetter.objects.all(), by=an_admin) == Retried(0, 5)
    assert queued() == 5


def test_it_retries_only_what_was_chosen(letters: list[DeadLetter], an_admin: User) -> None:
    chosen = DeadLetter.objects.filter(pk=letters[2].pk)
    assert services.retry_all(chosen, by=an_admin) == Retried(1, 0)
    assert queued() == 1


def test_it_notes_each_retry_of_many(letters: list[DeadLetter], an_admin: User) -> None:
    services.retry_all(DeadLetter.objects.all(), by=an_admin)
    noted = AuditEntry.objects.filter(additional_data__event="job.retry")
    assert {int(entry.object_pk) for entry in noted} == {letter.pk for letter in letters}


@pytest.mark.django_db(transaction=True)
def test_it_keeps_what_was_queued_when_a_later_batch_fails(
    letters: list[DeadLetter],
    an_admin: User,
    small_batches: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    retried = dead_letters._retried

    def failing(letter: DeadLetter, by: User) -> Job:
        if letter.pk == letters[3].pk:
            raise DatabaseError("gone")
        return retried(letter, by)

    monkeypatch.setattr(dead_letters, "_retried", failing)
    with pytest.raises(DatabaseError):
        services.retry_all(DeadLetter.objects.all(), by=an_admin)
    assert queued() == 2
    monkeypatch.undo()
    assert services.retry_all(DeadLetter.objects.all(), by=an_admin) == Retried(3, 2)


def test_it_takes_no_unit_for_the_retry_of_an_administrator(
    alice: User, submission: Submission, an_admin: User
) -> None:
    services.retry_dead_letter(letter=die(submission), by=an_admin)
    assert allowance(alice).used == 0
    die(submission)
    assert allowance(alice).used == 0


def test_it_retries_the_retry_that_died_too(submission: Submission, an_admin: User) -> None:
    first = die(submission)
    services.retry_dead_letter(letter=first, by=an_admin)
    second = die(submission)
    services.retry_dead_letter(letter=second, by=an_admin)
    assert Job.objects.filter(submission=submission).count() == 3
    assert services.retry_all(DeadLetter.objects.all(), by=an_admin) == Retried(0, 2)


def test_it_makes_no_run_beside_a_later_one_that_its_letter_does_not_know(
    submission: Submission, an_admin: User
) -> None:
    letter = die(submission)
    later = services.retry_dead_letter(letter=letter, by=an_admin)
    DeadLetter.objects.update(retried_as=None)
    with pytest.raises(NotPossible, match="not the latest run"):
        services.retry_dead_letter(letter=letter, by=an_admin)
    assert Job.objects.latest("pk") == later


def test_it_says_that_a_letter_was_deleted(submission: Submission, an_admin: User) -> None:
    letter = die(submission)
    DeadLetter.objects.all().delete()
    with pytest.raises(NotPossible, match="was deleted"):
        services.retry_dead_letter(letter=letter, by=an_admin)


def test_it_deletes_many_and_keeps_their_jobs(
    letters: list[DeadLetter], small_batches: None
) -> None:
    chosen = DeadLetter.objects.exclude(pk=letters[0].pk)
    assert dead_letters.delete_all(chosen) == 4
    assert DeadLetter.objects.get() == letters[0]
    assert Job.objects.count() == 5


def test_it_purges_letters_that_are_older_than_may_be(
    letters: list[DeadLetter], small_batches: None
) -> None:
    runtime_config.change("dead_letter_days", "10")
    runtime_config.forget()  # as the commit does
    old = [letter.pk for letter in letters[:3]]
    DeadLetter.objects.filter(pk__in=old).update(created_at=now_plus(-timedelta(days=11)))
    DeadLetter.objects.filter(pk=letters[3].pk).update(created_at=now_plus(-timedelta(days=9)))
    assert periodic.purge()["dead_letters"] == 3
    assert set(DeadLetter.objects.all()) == set(letters[3:])


def test_it_writes_no_audit_entry_for_each_letter_that_it_purges(
    letters: list[DeadLetter],
) -> None:
    DeadLetter.objects.update(created_at=now_plus(-timedelta(days=4000)))
    before = AuditEntry.objects.count()
    assert dead_letters.purge_old() == 5
    assert AuditEntry.objects.count() == before
