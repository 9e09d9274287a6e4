"""The database's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from operations.clock import Now, database_now, next_midnight, now_plus

pytestmark = pytest.mark.django_db


def test_it_has_come_to_now_within_one_millisecond() -> None:
    for number in range(50):
        Session.objects.create(session_key=str(number), expire_date=database_now())
        Session.objects.filter(pk=str(number)).update(expire_date=now_plus(timedelta(0)))
        assert Session.objects.filter(pk=str(number), expire_date__lte=Now()).exists()


def test_it_says_the_present_time_in_utc() -> None:
    assert abs(database_now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert database_now().tzinfo is UTC


def test_it_finds_the_midnight_that_follows() -> None:
    late = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert next_midnight(late) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_midnight(datetime(2027, 1, 1, tzinfo=UTC)) == datetime(2027, 1, 2, tzinfo=UTC)
