"""Deleting while workers run and others click: each submission goes once, and nothing breaks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import User
from billing.models import DailyUsage
from pipeline import services, transitions
from pipeline.leases import Failure, LeaseLost
from pipeline.models import DeletedJob, Job, Step, StepResult, Submission
from pipeline.refusals import NotPossible
from pipeline.services import submit

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 12


@pytest.fixture
def made(alice: User, settings: object) -> list[Submission]:
    settings.MAX_DAILY_SUBMISSIONS = MANY  # type: ignore[attr-defined]
    return [submit(user=alice, code="x = 1\n", language="python") for _ in range(MANY)]


def work(submission: Submission) -> None:
    """A worker's way through the job, until it is taken away."""
    job = submission.current_job
    assert job is not None
    try:
        lease = transitions.claim(job.pk, f"worker {job.pk}")
        if lease is None:
            return
        for step, following in ((Step.FORENSIC, Step.REBUILDER), (Step.REBUILDER, Step.QUALITY)):
            result = StepResult(step=step, engine="built-in", content={}, duration_ms=1)
            transitions.store_result(lease, result, next_step=following)
        transitions.give_up(lease, Failure("server", "It failed."))
    except LeaseLost:
        return
    finally:
        connections.close_all()


def delete(submission: Submission) -> bool:
    try:
        return services.delete_submission(submission=submission, by=submission.user)
    finally:
        connections.close_all()


def cancel(submission: Submission) -> None:
    try:
        services.cancel(submission=submission, by=submission.user)
    except (NotPossible, Job.DoesNotExist):
        return
    finally:
        connections.close_all()


def test_it_deletes_each_once_beside_workers_and_clicks(
    made: list[Submission], alice: User
) -> None:
    with ThreadPoolExecutor(16) as threads:
        runs = [threads.submit(work, each) for each in made]
        clicks = [threads.submit(cancel, each) for each in made]
        deleted = [threads.submit(delete, each) for each in made for _ in range(2)]
        for each in (*runs, *clicks):
            each.result()
    assert sum(each.result() for each in deleted) == MANY
    assert not Submission.objects.exists() and not Job.objects.exists()
    assert not StepResult.objects.exists()
    assert DeletedJob.objects.count() == MANY
    assert DailyUsage.objects.get(user=alice).submissions <= MANY
