"""Transactions that the database ended for another's sake run again; other errors pass through."""

from __future__ import annotations

import pytest
from django.db import OperationalError, transaction

from operations import conflicts
from operations.conflicts import MOST_ATTEMPTS, despite_deadlocks

pytestmark = pytest.mark.django_db(transaction=True)


class Work:
    """Raises what it is given, one error a call, then returns how often it was called."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.__name__ = "work"

    def __call__(self) -> int:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.calls


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "LONGEST_PAUSE_SECONDS", 0)


def deadlock() -> Exception:
    return OperationalError(1213, "Deadlock found when trying to get lock")


def test_it_tries_again_after_a_deadlock() -> None:
    assert despite_deadlocks(Work(deadlock(), deadlock())) == 3


def test_it_gives_up_in_the_end() -> None:
    work = Work(*[deadlock() for _ in range(MOST_ATTEMPTS)])
    with pytest.raises(OperationalError):
        despite_deadlocks(work)
    assert work.calls == MOST_ATTEMPTS


def test_it_passes_other_errors_on() -> None:
    work = Work(OperationalError(2006, "server has gone away"))
    with pytest.raises(OperationalError):
        despite_deadlocks(work)
    assert work.calls == 1


def test_it_leaves_a_part_of_a_transaction_to_the_whole() -> None:
    work = Work(deadlock())
    with transaction.atomic(), pytest.raises(OperationalError):
        despite_deadlocks(work)
    assert work.calls == 1
