"""Beyond so many waiting jobs nothing more is taken, and nothing is taken for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import local_system_user
from billing.limits import allowance
from operations import runtime_config
from pipeline import queueing, services
from pipeline.models import IdempotencyKey, Job, JobState, Submission
from pipeline.refusals import QueueFull
from pipeline.tests.page_data import put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_may_wait() -> None:
    runtime_config.change("queue_limit", "1")


def send(user: User, **options: object) -> Submission:
    return services.submit(user=user, code="x", language="python", **options)


def test_it_takes_what_comes_until_more_wait_than_may(alice: User) -> None:
    send(alice)
    send(alice)
    with pytest.raises(QueueFull) as refused:
        send(alice)
    assert (refused.value.status, refused.value.retry_after) == (503, 30)


def test_it_takes_nothing_for_what_it_refuses(alice: User, bob: User) -> None:
    send(bob)
    send(bob)
    with pytest.raises(QueueFull):
        send(alice, idempotency_key="k")
    assert (allowance(alice).used, Submission.objects.filter(user=alice).count()) == (0, 0)
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("state", [state for state in JobState if state != JobState.QUEUED])
def test_it_counts_waiting_jobs_alone(alice: User, state: JobState) -> None:
    for _ in range(2):
        put(send(alice), state)
    send(alice)


def test_it_replays_however_many_wait(alice: User) -> None:
    first = send(alice, idempotency_key="k")
    send(alice)
    assert send(alice, idempotency_key="k") == first


def test_it_does_not_keep_operators_from_reviewing(alice: User) -> None:
    send(alice)
    send(alice)
    send(local_system_user())
    send(alice, counted=False)


def test_it_reads_an_index_and_stops_at_the_limit(submission: Submission) -> None:
    with CaptureQueriesContext(connection) as captured:
        queueing.refuse_when_full()
    (query,) = [each["sql"] for each in captured if "jobs" in each["sql"]]
    assert "LIMIT 1 OFFSET 1" in query
    assert "ORDER BY" not in query
    waiting = Job.objects.filter(state=JobState.QUEUED).order_by()
    assert "jobs_" in waiting.values("state").explain()
