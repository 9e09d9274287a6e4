"""The daily limit: exact, per UTC day, and given back to the day that paid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from accounts.models import User
from billing import limits
from billing.limits import LimitReached, allowance, give_back, open_day, take
from billing.models import DailyUsage, LimitOverride
from operations.clock import database_now, next_midnight

pytestmark = pytest.mark.django_db


def test_it_admits_as_many_as_the_limit_says(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 2
    take(alice)
    take(alice)
    with pytest.raises(LimitReached):
        take(alice)


def test_it_refuses_early_what_take_would_refuse(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    open_day(alice)
    take(alice)
    with pytest.raises(LimitReached):
        open_day(alice)


def test_it_says_when_the_limit_resets(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    with pytest.raises(LimitReached) as caught:
        take(alice)
    assert caught.value.resets_at == next_midnight(database_now())
    assert "00:00 UTC" in str(caught.value)


def test_it_counts_each_user_alone(alice: User, bob: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    take(alice)
    take(bob)
    assert (allowance(alice).remaining, allowance(bob).remaining) == (0, 0)


def test_it_starts_anew_on_the_next_day(
    alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    late = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    monkeypatch.setattr(limits, "database_now", lambda: late)
    assert take(alice) == late.date()
    monkeypatch.setattr(limits, "database_now", lambda: late + timedelta(seconds=1))
    assert allowance(alice).remaining == 1


def test_it_gives_a_unit_back_to_the_day_that_paid(alice: User) -> None:
    yesterday = database_now().date() - timedelta(days=1)
    DailyUsage.objects.create(user=alice, day=yesterday, submissions=1)
    take(alice)
    give_back(alice.pk, yesterday)
    assert DailyUsage.objects.get(day=yesterday).submissions == 0
    assert allowance(alice).used == 1


def test_it_never_gives_back_below_zero(alice: User) -> None:
    day = take(alice)
    give_back(alice.pk, day)
    give_back(alice.pk, day)
    assert allowance(alice).used == 0


def test_it_puts_an_override_before_the_general_limit(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    LimitOverride.objects.create(user=alice, daily_submissions=3)
    assert allowance(alice).limit == 3


def test_it_knows_users_without_a_limit(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    LimitOverride.objects.create(user=alice, daily_submissions=None)
    take(alice)
    assert (allowance(alice).limit, allowance(alice).remaining) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_it_admits_exactly_one_of_many_at_the_last_unit(alice: User, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1

    def attempt(_: int) -> bool:
        try:
            take(alice)
        except LimitReached:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(attempt, range(24)))
    assert (sum(admitted), allowance(alice).used) == (1, 1)
