"""Retries of one dead letter that arrive together, from users and administrators: one new run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import User
from billing.limits import LimitReached, allowance
from pipeline import dead_letters, services
from pipeline.models import DeadLetter, Job, Submission
from pipeline.refusals import NotPossible
from pipeline.tests.dying import dead_ones, die

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 16


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What came of all acts, each on a thread of its own: its value, or its refusal."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except (NotPossible, LimitReached) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def new_runs(outcomes: list[object]) -> list[Job]:
    return [outcome for outcome in outcomes if isinstance(outcome, Job)]


def own(submission: Submission) -> Submission:
    return Submission.objects.select_related("current_job").get(pk=submission.pk)


def test_it_makes_one_run_of_many_clicks_of_administrators(
    submission: Submission, an_admin: User
) -> None:
    letter = die(submission)
    acts = [lambda: services.retry_dead_letter(letter=letter, by=an_admin)] * MANY
    assert len(new_runs(at_once(*acts))) == 1
    assert Job.objects.count() == 2


def test_it_makes_one_run_for_one_unit_of_many_clicks_of_a_user(
    alice: User, submission: Submission
) -> None:
    die(submission)
    pages = [own(submission) for _ in range(MANY)]
    acts = [lambda page=page: services.retry(submission=page, by=alice) for page in pages]
    assert len(new_runs(at_once(*acts))) == 1
    assert (Job.objects.count(), allowance(alice).used) == (2, 1)


def test_it_makes_one_run_when_a_user_and_administrators_retry_together(
    alice: User, an_admin: User, submission: Submission
) -> None:
    letter = die(submission)
    pages = [own(submission) for _ in range(MANY // 2)]
    by_user = [lambda page=page: services.retry(submission=page, by=alice) for page in pages]
    by_admin = [lambda: services.retry_dead_letter(letter=letter, by=an_admin)] * (MANY // 2)
    (job,) = new_runs(at_once(*by_user, *by_admin))
    letter.refresh_from_db()
    submission.refresh_from_db()
    assert (letter.retried_as, submission.current_job) == (job, job)
    assert allowance(alice).used == (1 if submission.usage_day else 0)


def test_it_makes_one_run_each_when_all_are_retried_by_several_at_once(
    alice: User, an_admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 3)
    dead_ones(alice, 10)
    acts = [lambda: services.retry_all(DeadLetter.objects.all(), by=an_admin)] * 4
    outcomes = at_once(*acts)
    assert sum(outcome.queued for outcome in outcomes) == 10  # type: ignore[attr-defined]
    assert Job.objects.count() == 20
