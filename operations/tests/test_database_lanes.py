"""Database work of many threads on few connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from operations.database import database_lanes, in_database

pytestmark = pytest.mark.django_db(transaction=True)


def lane() -> int:
    """Which connection this work runs on."""
    return id(connections["default"])


def is_open() -> bool:
    return connection.connection is not None


def select_one() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return lane()


def test_it_works_on_the_threads_own_connection_without_lanes() -> None:
    assert in_database(lane) == lane()


def test_it_runs_the_work_of_many_threads_on_few_connections() -> None:
    with database_lanes(2), ThreadPoolExecutor(8) as threads:
        lanes = set(threads.map(lambda _: in_database(select_one), range(40)))
    assert len(lanes) <= 2
    assert lane() not in lanes


def test_it_lets_as_many_threads_work_at_once_as_there_are_lanes() -> None:
    together = Barrier(2)

    def meet() -> int:
        together.wait(10)
        return lane()

    with database_lanes(2), ThreadPoolExecutor(2) as threads:
        lanes = list(threads.map(lambda _: in_database(meet), range(2)))
    assert len(set(lanes)) == 2


def test_it_leaves_no_connection_with_a_thread() -> None:
    def left() -> bool:
        in_database(select_one)
        return is_open()

    with database_lanes(1), ThreadPoolExecutor(1) as thread:
        assert thread.submit(left).result() is False


def test_it_gives_a_thread_its_own_connection_back() -> None:
    own = select_one()
    with database_lanes(1):
        in_database(select_one)
        assert select_one() == own


def test_it_replaces_a_connection_that_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it() -> object:
        monkeypatch.setattr(connections["default"], "is_usable", lambda: False)
        connection.errors_occurred = True  # as Django notes of a query that failed
        return connection.connection

    with database_lanes(1):
        in_database(select_one)
        broken = in_database(break_it)
        in_database(select_one)
        assert in_database(lambda: connection.connection) is not broken


def test_it_closes_its_connections_at_the_end() -> None:
    with database_lanes(1):
        in_database(select_one)
        opened = in_database(lambda: connections["default"])
    assert opened.connection is None


def test_it_hands_errors_back_to_the_caller() -> None:
    def fail() -> None:
        raise ValueError("no")

    with database_lanes(1), pytest.raises(ValueError, match="no"):
        in_database(fail)


def test_it_opens_lanes_once_only() -> None:
    with database_lanes(1), pytest.raises(RuntimeError), database_lanes(1):
        pass
    assert in_database(lane) == lane()
