"""A request that is sent again has no second effect and gets the first one's answer."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import LimitReached, allowance
from operations import runtime_config
from operations.clock import now_plus
from pipeline import idempotency, services
from pipeline.models import IdempotencyKey, Job, Submission
from pipeline.refusals import InvalidKey, InvalidSubmission, KeyReused
from pipeline.services import Receipt

pytestmark = pytest.mark.django_db
BODY = {"code": "x = 1\n", "language": "python", "filename": "a.py", "comments": "why?"}


def send(user: User, key: str | None = "key-1", **changes: str) -> Receipt:
    draft = services.check(**{**BODY, **changes})
    return services.accept(user=user, draft=draft, idempotency_key=key)


def age(hours: int) -> None:
    IdempotencyKey.objects.update(created_at=now_plus(-timedelta(hours=hours, seconds=1)))


def test_it_replays_the_stored_answer(alice: User) -> None:
    first, again = send(alice), send(alice)
    assert (again.submission, again.answer) == (first.submission, first.answer)
    assert (first.replayed, again.replayed) == (False, True)


def test_it_makes_no_second_row_and_costs_nothing_more(alice: User) -> None:
    send(alice)
    send(alice)
    assert (Submission.objects.count(), Job.objects.count(), allowance(alice).used) == (1, 1, 1)


def test_it_replays_when_the_limit_is_reached_meanwhile(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    send(alice)
    assert send(alice).replayed


def test_it_returns_the_same_submission_to_who_asks_for_that_alone(alice: User) -> None:
    sent = {"user": alice, "code": "x", "language": "python", "idempotency_key": "k"}
    assert services.submit(**sent) == services.submit(**sent)


@pytest.mark.parametrize(
    "change", [{"code": "x = 2\n"}, {"language": "ruby"}, {"filename": ""}, {"comments": "!"}]
)
def test_it_refuses_the_key_for_anything_else(alice: User, change: dict[str, str]) -> None:
    first = send(alice)
    with pytest.raises(KeyReused) as refused:
        send(alice, **change)
    assert refused.value.submission == first.submission
    assert Submission.objects.count() == 1


def test_it_keeps_the_parts_of_a_body_apart(alice: User) -> None:
    send(alice, code="a", comments="b")
    with pytest.raises(KeyReused):
        send(alice, code="ab", comments="")


def test_it_keeps_the_keys_of_users_apart(alice: User, bob: User) -> None:
    assert send(alice).submission != send(bob).submission


@pytest.mark.parametrize("other", ["Key-1", "key-1 ", "key 1", "key-1\x7e"])
def test_it_takes_keys_that_collations_would_confuse_for_different_ones(
    alice: User, other: str
) -> None:
    assert send(alice).submission != send(alice, other).submission


def test_it_submits_each_time_without_a_key(alice: User) -> None:
    send(alice, None)
    assert not send(alice, None).replayed
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("key", ["", "k" * 256, "schlüssel", "a\nb", "a\x7f", "\u0661"])
def test_it_refuses_what_is_no_key(alice: User, key: str) -> None:
    with pytest.raises(InvalidKey, match="1 to 255 printable ASCII"):
        send(alice, key)


@pytest.mark.parametrize("key", [" ", "k" * 255, '"quoted"', "~!@#"])
def test_it_takes_any_printable_key(alice: User, key: str) -> None:
    send(alice, key)
    assert send(alice, key).replayed


def test_it_keeps_no_key_in_clear(alice: User) -> None:
    send(alice, "tell-nobody")
    kept: Any = IdempotencyKey.objects.values().get()
    assert "tell-nobody" not in str(kept)
    assert len(kept["key_hash"]) == len(kept["body_digest"]) == 64


def test_it_remembers_nothing_that_was_refused(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    with pytest.raises(InvalidSubmission):
        send(alice, code="")
    with pytest.raises(LimitReached):
        send(alice)
    assert not IdempotencyKey.objects.exists()
    settings.MAX_DAILY_SUBMISSIONS = 5
    assert not send(alice).replayed


@pytest.mark.django_db(transaction=True)
def test_it_remembers_nothing_when_storing_fails(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Job:
        raise DatabaseError("disk full")

    with monkeypatch.context() as broken, pytest.raises(DatabaseError):
        broken.setattr(services, "queue_job", fail)
        send(alice)
    assert not send(alice).replayed


def test_it_does_not_take_a_lost_database_for_a_request_in_progress(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> None:
        raise OperationalError(2013, "Lost connection during query")

    monkeypatch.setattr(services, "_store", lose)
    with pytest.raises(OperationalError):
        send(alice)


def test_it_lets_a_key_count_for_a_day(alice: User) -> None:
    send(alice)
    age(hours=23)
    assert send(alice).replayed


def test_it_takes_an_expired_key_anew(alice: User) -> None:
    first = send(alice)
    age(hours=24)
    second = send(alice, comments="another")
    assert (second.replayed, second.submission == first.submission) == (False, False)
    assert IdempotencyKey.objects.get().submission == second.submission


def test_it_keeps_an_expired_key_when_its_replacement_is_refused(
    alice: User, settings: Settings
) -> None:
    send(alice)
    age(hours=24)
    settings.MAX_DAILY_SUBMISSIONS = 1
    with pytest.raises(LimitReached):
        send(alice)
    assert IdempotencyKey.objects.count() == 1


def test_it_lets_administrators_say_how_long_keys_count(alice: User) -> None:
    runtime_config.change("idempotency_hours", "48")
    send(alice)
    age(hours=24)
    assert send(alice).replayed


def test_it_shows_administrators_what_was_made_with_which_key(
    alice: User, as_admin: Client
) -> None:
    made = send(alice, "tell-nobody").submission
    page = as_admin.get("/admin/pipeline/idempotencykey/")
    assertContains(page, made.public_id)
    assertContains(page, "alice@example.com")
    assertContains(page, sha256(b"tell-nobody").hexdigest()[:12])
    assertNotContains(page, "tell-nobody")


def test_it_purges_expired_keys_alone(alice: User) -> None:
    send(alice, "old")
    age(hours=24)
    send(alice, "new")
    assert idempotency.purge_expired() == 1
    assert send(alice, "new").replayed
    assert Submission.objects.count() == 2
