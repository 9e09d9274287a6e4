"""Requests with one key that arrive together: one has its effect, the others get its answer."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import LimitReached, allowance
from operations.clock import now_plus
from pipeline import services
from pipeline.models import IdempotencyKey, Job, Submission
from pipeline.refusals import StillRunning
from pipeline.tests.servers import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 24


def send(user: User, key: str = "key-1") -> str:
    """What came of sending the same thing: an id, or the name of the refusal."""
    draft = services.check(code="x = 1\n", language="python")
    try:
        return services.accept(user=user, draft=draft, idempotency_key=key).submission.public_id
    except (services.Refusal, LimitReached) as refusal:
        return type(refusal).__name__
    finally:
        connections.close_all()


def send_many(user: User) -> set[str]:
    with ThreadPoolExecutor(MANY) as threads:
        return set(threads.map(lambda _: send(user), range(MANY)))


def test_it_makes_one_row_of_many_and_costs_one_unit(alice: User) -> None:
    assert len(send_many(alice)) == 1
    assert (Submission.objects.count(), Job.objects.count(), allowance(alice).used) == (1, 1, 1)


def test_it_replays_to_all_others_when_the_first_takes_the_last_unit(
    alice: User, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    assert send_many(alice) == {Submission.objects.get().public_id}


def test_it_lets_each_have_its_turn_when_those_before_it_fail(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them meet at the index, since none is refused early: MySQL ends many as deadlocks."""
    monkeypatch.setattr(services, "_prepare", lambda *_: None)
    settings.MAX_DAILY_SUBMISSIONS = 0
    assert send_many(alice) == {"LimitReached"}
    assert not IdempotencyKey.objects.exists()


def test_it_replaces_an_expired_key_once(alice: User) -> None:
    send(alice)
    IdempotencyKey.objects.update(created_at=now_plus(-timedelta(hours=25)))
    assert len(send_many(alice)) == 1
    assert (Submission.objects.count(), IdempotencyKey.objects.count()) == (2, 1)


def test_it_waits_two_seconds_for_one_that_does_not_end(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, leave, queue = threading.Event(), threading.Event(), services.queue_job

    def held(*args: Submission, **fields: object) -> Job:
        inside.set()
        assert leave.wait(PATIENCE_SECONDS)
        return queue(*args, **fields)

    monkeypatch.setattr(services, "queue_job", held)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(send, alice)
        try:
            assert inside.wait(PATIENCE_SECONDS)
            started = time.monotonic()
            second = send(alice)
            waited = time.monotonic() - started
        finally:
            leave.set()
        assert (second, first.result()) == ("StillRunning", Submission.objects.get().public_id)
    assert 1.8 <= waited <= 5
    assert StillRunning.retry_after == 1


def test_it_replays_after_the_wait(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one is let go as it begins to wait, with the first one still inside."""
    inside, begun, queue = threading.Event(), threading.Event(), services.queue_job

    def slow(*args: Submission, **fields: object) -> Job:
        inside.set()
        assert begun.wait(PATIENCE_SECONDS)
        return queue(*args, **fields)

    monkeypatch.setattr(services, "queue_job", slow)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(send, alice)
        assert inside.wait(PATIENCE_SECONDS)
        monkeypatch.setattr(services, "_prepare", lambda *_: begun.set())
        assert send(alice) == first.result() == Submission.objects.get().public_id
