"""The time that work with others may take: set around it, asked for at each wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST_SECONDS = 900.0

_ends_at: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything that this thread does with the client in the block ends within ``seconds``.

    Past it, the client raises an httpx2.TimeoutException. Nested blocks end with the earliest.
    """
    outer = _ends_at.get()
    end = time.monotonic() + min(seconds, LONGEST_SECONDS)
    token = _ends_at.set(end if outer is None else min(outer, end))
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left(timeout: float | None, error: type[Exception]) -> float:
    """The shorter of a step's own timeout and what is left of the deadline."""
    end = _ends_at.get()
    if end is None:
        raise RuntimeError("The outbound client is used only inside of outbound.within(seconds).")
    left = end - time.monotonic()
    if left <= 0:
        raise error("The time for this call is over.")
    return left if timeout is None else min(timeout, left)
