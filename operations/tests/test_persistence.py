"""Work that must reach the database: tried again while it is away, raised when trying is no use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import OperationalError, ProgrammingError

from operations import persistence
from operations.persistence import persistently, seconds_since_outage

GONE = OperationalError(2006, "Server has gone away")
DEADLOCK = OperationalError(1213, "Deadlock found")
MISTAKE = ProgrammingError(1146, "No such table")


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were asked for; none is made."""
    asked: list[float] = []
    monkeypatch.setattr(persistence.time, "sleep", asked.append)
    return asked


def failing(*errors: Exception) -> Callable[[], str]:
    """Work that meets these errors, one at each try, before it succeeds."""
    coming = iter(errors)

    def work() -> str:
        for error in coming:
            raise error
        return "done"

    return work


def test_it_does_what_works_once(pauses: list[float]) -> None:
    assert persistently(failing()) == "done"
    assert pauses == []


@pytest.mark.parametrize("error", [GONE, DEADLOCK])
def test_it_tries_again_while_the_database_is_away_or_busy(
    error: Exception, pauses: list[float]
) -> None:
    assert persistently(failing(error, error, error)) == "done"
    assert len(pauses) == 3


def test_it_waits_longer_each_time_but_never_long(pauses: list[float]) -> None:
    persistently(failing(*[GONE] * 20))
    assert pauses[0] <= 0.1
    assert 1.0 <= pauses[-1] <= 2.0


def test_it_raises_at_once_what_waiting_cannot_mend(pauses: list[float]) -> None:
    with pytest.raises(ProgrammingError):
        persistently(failing(MISTAKE))
    assert pauses == []


def test_it_gives_up_when_the_database_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persistence, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(OperationalError):
        persistently(failing(GONE))


def test_it_remembers_when_the_database_was_away() -> None:
    assert seconds_since_outage() == float("inf")
    persistently(failing(GONE))
    assert seconds_since_outage() < 60


def test_it_takes_a_conflict_of_locks_for_no_outage() -> None:
    persistently(failing(DEADLOCK))
    assert seconds_since_outage() == float("inf")
