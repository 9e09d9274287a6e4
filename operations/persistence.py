"""Work that must reach the database although it may be away for a while: tried again until it does.

A model's answer that was paid for must not be lost because the database restarted at that moment.
What is handed over here has no effect the second time, since a commit whose confirmation was lost
is tried again too.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import structlog
from django.db import Error as DatabaseError

from operations.database import in_database, is_away, is_unavailable

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_SECONDS = 600.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0
logger = structlog.get_logger(__name__)
_last_outage: float | None = None


def persistently(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``in_database(work)``, tried again while the database is away or busy, ten minutes long.

    Raises what ``work`` raises; the database's error when it stays away.
    """
    ends_at, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE_SECONDS
    while True:
        try:
            return in_database(work, *args, **kwargs)
        except DatabaseError as error:
            note_outage(error)
            if not is_unavailable(error) or time.monotonic() >= ends_at:
                raise
            logger.warning("database_unreachable", during=_name_of(work), error=str(error))
        time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that not all come at once
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def note_outage(error: DatabaseError) -> None:
    """Remember that the database was away just now, if that is what the error means."""
    global _last_outage
    if is_away(error):
        _last_outage = time.monotonic()


def seconds_since_outage() -> float:
    """How long ago this process last met a database that was away; infinite if it never did."""
    return float("inf") if _last_outage is None else time.monotonic() - _last_outage


def _name_of(work: Callable[..., object]) -> str:
    function = work.func if isinstance(work, partial) else work
    return str(getattr(function, "__name__", function))
