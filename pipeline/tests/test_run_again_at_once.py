"""New runs of one submission that are asked for together, from one form or several: one new run."""

from __future__ import annotations

import pytest

from accounts.models import User
from billing.limits import allowance
from pipeline import services
from pipeline.idempotency import Receipt
from pipeline.models import Job, Submission
from pipeline.refusals import StillRunning
from pipeline.tests.dying import die
from pipeline.tests.page_data import finish
from pipeline.tests.test_retries_at_once import at_once, new_runs, own

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 8


def again(submission: Submission, key: str) -> Receipt | StillRunning:
    try:
        return services.run_again(
            submission=submission, by=submission.user, chosen={}, idempotency_key=key
        )
    except StillRunning as waiting:
        return waiting


def test_it_makes_one_run_of_one_form(alice: User, submission: Submission) -> None:
    finish(submission)
    page = own(submission)
    outcomes = at_once(*[lambda: again(page, "one-key")] * MANY)
    assert all(isinstance(outcome, Receipt | StillRunning) for outcome in outcomes)
    assert any(isinstance(outcome, Receipt) for outcome in outcomes)
    assert (Job.objects.count(), allowance(alice).used) == (2, 2)


def test_it_makes_one_run_of_many_forms(alice: User, submission: Submission) -> None:
    finish(submission)
    pages = [own(submission) for _ in range(MANY)]
    acts = [lambda n=n, page=page: again(page, f"key-{n}") for n, page in enumerate(pages)]
    assert sum(isinstance(outcome, Receipt) for outcome in at_once(*acts)) == 1
    assert (Job.objects.count(), allowance(alice).used) == (2, 2)


def test_it_makes_one_run_when_a_retry_comes_at_the_same_time(
    alice: User, an_admin: User, submission: Submission
) -> None:
    letter = die(submission)
    pages = [own(submission) for _ in range(MANY)]
    by_user = [lambda n=n, page=page: again(page, f"key-{n}") for n, page in enumerate(pages)]
    by_admin = [lambda: services.retry_dead_letter(letter=letter, by=an_admin)] * 2
    outcomes = at_once(*by_user, *by_admin)
    made = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    assert len(made) + len(new_runs(outcomes)) == 1
    assert Job.objects.count() == 2
