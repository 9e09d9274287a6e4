"""A user's own retry: of what died by our fault, once, for a unit that comes back if it dies."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import LimitReached, allowance
from operations import runtime_config
from operations.models import AuditEntry
from pipeline import services
from pipeline.models import DeadLetter, Job, JobState, Submission
from pipeline.refusals import NotPossible, QueueFull
from pipeline.tests.dying import die
from pipeline.tests.page_data import put

pytestmark = pytest.mark.django_db


def test_it_runs_a_dead_submission_again(alice: User, submission: Submission) -> None:
    letter = die(submission)
    job = services.retry(submission=submission, by=alice)
    submission.refresh_from_db()
    letter.refresh_from_db()
    assert (submission.current_job, letter.retried_as, job.state) == (job, job, JobState.QUEUED)


def test_it_takes_a_unit_that_comes_back_once_if_the_run_dies(
    alice: User, submission: Submission
) -> None:
    die(submission)
    assert allowance(alice).used == 0
    services.retry(submission=submission, by=alice)
    assert allowance(alice).used == 1
    die(submission)
    assert allowance(alice).used == 0


def test_it_makes_one_run_however_often_it_is_asked(alice: User, submission: Submission) -> None:
    die(submission)
    services.retry(submission=submission, by=alice)
    with pytest.raises(NotPossible, match="already"):
        services.retry(submission=submission, by=alice)
    assert (Job.objects.count(), allowance(alice).used) == (2, 1)


def test_it_makes_one_run_for_a_page_that_was_opened_before_the_first(
    alice: User, submission: Submission
) -> None:
    die(submission)
    stale = Submission.objects.select_related("current_job").get()
    services.retry(submission=submission, by=alice)
    with pytest.raises(NotPossible, match="already"):
        services.retry(submission=stale, by=alice)
    assert (Job.objects.count(), allowance(alice).used) == (2, 1)


def test_it_leaves_nothing_to_retry_to_administrators_and_the_other_way_round(
    alice: User, submission: Submission, an_admin: User
) -> None:
    letter = die(submission)
    job = services.retry(submission=submission, by=alice)
    with pytest.raises(NotPossible, match=f"as job {job.pk}"):
        services.retry_dead_letter(letter=letter, by=an_admin)
    letter = die(submission)
    services.retry_dead_letter(letter=letter, by=an_admin)
    submission.refresh_from_db()
    with pytest.raises(NotPossible):
        services.retry(submission=submission, by=alice)
    assert (Job.objects.count(), allowance(alice).used) == (3, 0)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.SUCCEEDED])
def test_it_refuses_what_did_not_die(alice: User, submission: Submission, state: JobState) -> None:
    put(submission, state)
    with pytest.raises(NotPossible, match="failed on our side"):
        services.retry(submission=submission, by=alice)
    assert Job.objects.count() == 1


def test_it_changes_nothing_beyond_the_limit(
    alice: User, submission: Submission, settings: Settings
) -> None:
    letter = die(submission)
    settings.MAX_DAILY_SUBMISSIONS = 1
    services.submit(user=alice, code="y", language="python")
    with pytest.raises(LimitReached):
        services.retry(submission=submission, by=alice)
    letter.refresh_from_db()
    submission.refresh_from_db()
    assert (letter.retried_as, submission.current_job) == (None, letter.job)
    assert allowance(alice).used == 1


def test_it_takes_nothing_while_too_many_wait(
    alice: User, bob: User, submission: Submission
) -> None:
    die(submission)
    for _ in range(2):
        services.submit(user=bob, code="y", language="python")
    runtime_config.change("queue_limit", "1")
    runtime_config.forget()  # as the commit does
    with pytest.raises(QueueFull):
        services.retry(submission=submission, by=alice)
    assert allowance(alice).used == 0


def test_it_runs_again_whose_letter_was_purged(alice: User, submission: Submission) -> None:
    die(submission)
    DeadLetter.objects.all().delete()
    services.retry(submission=submission, by=alice)
    assert Job.objects.count() == 2


def test_it_notes_who_retried(alice: User, submission: Submission) -> None:
    die(submission)
    job = services.retry(submission=submission, by=alice)
    entry = AuditEntry.objects.get_for_object(submission).latest()
    assert entry.additional_data == {"event": "job.retry", "new_job": job.pk, "by": alice.pk}
