"""Announcing jobs: once when queued, again when due again, and never to a broker that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.clock import Now, now_plus
from pipeline import broker, dispatch, transitions
from pipeline.models import Job, JobState, Submission
from pipeline.retries import ANNOUNCE_AGAIN
from pipeline.services import submit

pytestmark = pytest.mark.django_db


class Broker:
    """Stands where Redis is: takes messages while it is there and says how many it holds."""

    def __init__(self) -> None:
        self.is_there = True
        self.told: list[int] = []

    def publish(self, task: object, job_id: int) -> bool:
        if self.is_there:
            self.told.append(job_id)
        return self.is_there

    def messages_held(self) -> int | None:
        return len(self.told) if self.is_there else None


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Broker:
    """A broker in Redis's place."""
    settings.REDIS_URL = "redis://broker.invalid/0"
    stand_in = Broker()
    monkeypatch.setattr(broker, "publish", stand_in.publish)
    monkeypatch.setattr(broker, "messages_held", stand_in.messages_held)
    return stand_in


@pytest.fixture
def job(submission: Submission) -> Job:
    assert submission.current_job is not None
    return Job.objects.get(pk=submission.current_job.pk)


def long_ago(job: Job) -> None:
    """Let the job have become due and been announced a while ago."""
    then = now_plus(-2 * ANNOUNCE_AGAIN)
    Job.objects.filter(pk=job.pk).update(available_at=then, announced_at=then)


def test_it_announces_a_submission_once(held: Broker, job: Job) -> None:
    dispatch.announce(job.pk)
    dispatch.sweep()
    assert held.told == [job.pk]


def test_it_announces_later_what_the_broker_did_not_take(held: Broker, job: Job) -> None:
    held.is_there = False
    dispatch.announce(job.pk)
    held.is_there = True
    dispatch.sweep()
    dispatch.sweep()
    assert held.told == [job.pk]


def test_it_announces_a_job_when_it_becomes_due_again(held: Broker, job: Job) -> None:
    lease = transitions.claim(job.pk, "a worker")
    assert lease is not None
    failure = transitions.Failure("timeout", "Too slow.")
    transitions.retry_later(lease, failure, timedelta(hours=1))
    dispatch.sweep()
    assert held.told == []
    Job.objects.update(available_at=Now())
    dispatch.sweep()
    assert held.told == [job.pk]


def test_it_announces_again_what_a_broker_forgot(held: Broker, job: Job) -> None:
    dispatch.announce(job.pk)
    long_ago(job)
    held.told.clear()
    dispatch.sweep()
    assert held.told == [job.pk]


def test_it_does_not_repeat_itself_to_a_broker_that_holds_the_messages(
    held: Broker, job: Job
) -> None:
    dispatch.announce(job.pk)
    long_ago(job)
    dispatch.sweep()
    assert held.told == [job.pk]


def test_it_says_no_more_at_once_than_it_may(
    held: Broker, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "MOST_AT_ONCE", 2)
    for _ in range(3):
        Job.objects.create(submission=submission, announced_at=None)
    dispatch.sweep()
    assert len(held.told) == 2


def test_it_leaves_isolated_jobs_to_the_pools(held: Broker, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(isolated=True, announced_at=None)
    dispatch.sweep()
    assert held.told == []


def test_it_leaves_the_mark_on_a_job_that_was_claimed_meanwhile(held: Broker, job: Job) -> None:
    transitions.claim(job.pk, "a worker")
    held.is_there = False
    dispatch.announce(job.pk)
    assert Job.objects.get().announced_at is not None


def test_it_takes_jobs_back_without_a_broker_too(job: Job, settings: Settings) -> None:
    settings.REDIS_URL = ""
    transitions.claim(job.pk, "a vanished worker")
    Job.objects.update(lease_expires_at=job.created_at)
    dispatch.sweep()
    job.refresh_from_db()
    assert (job.state, job.isolated) == (JobState.QUEUED, True)


def test_it_gives_no_isolated_job_to_a_worker_with_others(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(isolated=True)
    assert transitions.claim(job.pk, "a busy worker", alone=False) is None
    assert transitions.claim(job.pk, "a process of its own", alone=True) is not None


@pytest.mark.django_db(transaction=True)
def test_it_refuses_no_submission_that_is_stored_already(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(job_id: int) -> None:
        raise OperationalError("The database went away after the commit.")

    monkeypatch.setattr(dispatch, "announce", fail)
    submission = submit(user=alice, code="x = 1\n", language="python")
    assert submission.current_job == Job.objects.get()
