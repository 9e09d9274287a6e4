"""Patience with locks is shortened within a block and comes back, whatever happens in it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from operations.lock_waits import LockWait

pytestmark = pytest.mark.django_db(transaction=True)


def patience() -> int:
    """Seconds that the connection waits for a lock."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if sqlite else "SELECT @@innodb_lock_wait_timeout")
        (found,) = cursor.fetchone()
    return int(found) // 1000 if sqlite else int(found)


def test_it_waits_less_within_the_block_and_as_long_as_before_after_it() -> None:
    before = patience()
    with LockWait(2):
        assert patience() == 2 != before
    assert patience() == before


def test_it_can_be_ended_early() -> None:
    before = patience()
    with LockWait(2) as short:
        short.end()
        assert patience() == before


def test_it_brings_patience_back_after_an_error() -> None:
    before = patience()
    with pytest.raises(DatabaseError), LockWait(2), connection.cursor() as cursor:
        cursor.execute("SELECT nothing_of_that_name")
    assert patience() == before


def test_it_counts_nearly_two_seconds_as_two() -> None:
    with LockWait(1.9):
        assert patience() in (1, 2) if connection.vendor == "sqlite" else patience() == 2


def test_it_leaves_a_connection_that_was_lost_alone() -> None:
    before = patience()
    with pytest.raises(LookupError), LockWait(2):
        connection.close()
        raise LookupError
    assert patience() == before
