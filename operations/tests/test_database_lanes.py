"""Database work of many threads on few connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from operations.database import database_lanes, in_database

who: ContextVar[str] = ContextVar("who", default="nobody")


def thread_name() -> str:
    return threading.current_thread().name


def test_it_works_in_place_without_lanes() -> None:
    assert in_database(thread_name) == thread_name()


def test_it_runs_the_work_of_many_threads_on_the_lanes() -> None:
    with database_lanes(2), ThreadPoolExecutor(8) as threads:
        names = set(threads.map(lambda _: in_database(thread_name), range(40)))
    assert names <= {"database_0", "database_1"}


def test_it_hands_errors_back_to_the_caller() -> None:
    def fail() -> None:
        raise ValueError("no")

    with database_lanes(1), pytest.raises(ValueError, match="no"):
        in_database(fail)


def test_it_takes_context_along() -> None:
    who.set("alice")
    with database_lanes(1):
        assert in_database(who.get) == "alice"


def test_it_opens_lanes_once_only() -> None:
    with database_lanes(1), pytest.raises(RuntimeError), database_lanes(1):
        pass
    assert in_database(thread_name) == thread_name()
