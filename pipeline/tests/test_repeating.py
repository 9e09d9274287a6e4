"""What a process does again and again: no failure of one turn ends those that follow."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from pipeline import heartbeat


@pytest.mark.parametrize("error", [OperationalError("gone away"), RuntimeError("a mistake")])
def test_it_goes_on_after_a_turn_that_failed(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "HEARTBEAT_RETRY_SECONDS", 0.01)
    failing, went_on = iter([error]), threading.Event()

    def work() -> None:
        for one in failing:
            raise one
        went_on.set()

    with heartbeat.repeating("test", 60.0, work, at_once=True):
        assert went_on.wait(20)
