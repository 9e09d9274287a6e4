"""Asks through the providers' one door, in the tests of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from providers import errors
from providers.complete import complete
from providers.types import Completion, CompletionRequest, Planned, Route

REQUEST = CompletionRequest(system="Be brief.", user="Are you ready?")


class Purse:
    """A guard that allows so many calls, and notes what it is told."""

    def __init__(self, calls: int = 9) -> None:
        self.calls = calls
        self.asked: list[Planned] = []
        self.told: list[object] = []

    def reserve(self, planned: Planned) -> None:
        self.asked.append(planned)
        if len(self.asked) > self.calls:
            raise errors.BudgetExhausted

    def settle(self, call_id: UUID, cost: int | None) -> None:
        self.told.append((call_id, cost))

    def release(self, call_id: UUID) -> None:
        self.told.append((call_id, "free"))


def ask(*routes: Route, seconds: float = 20, **named: object) -> Completion:
    request = named.pop("request", REQUEST)
    return complete(request, routes, deadline_seconds=seconds, **named)  # type: ignore[arg-type]


def fails(*routes: Route, seconds: float = 20, **named: object) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        ask(*routes, seconds=seconds, **named)
    return caught.value
