"""What a process that runs jobs has once: database lanes, a beating heartbeat, a known presence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Semaphore

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from operations.database import database_lanes, in_database
from pipeline import presence, transitions
from pipeline.heartbeat import Heartbeat, repeating
from pipeline.retries import HEARTBEAT_SECONDS

logger = structlog.get_logger(__name__)
_heartbeat: Heartbeat | None = None
_slots = Semaphore(0)


@contextmanager
def slot() -> Iterator[Heartbeat]:
    """Wait until the process may run one more job; gives the heartbeat that the job runs under.

    Raises RuntimeError outside of ``open_workplace``.
    """
    if _heartbeat is None:
        raise RuntimeError("This process runs no jobs: its workplace is not open.")
    with _slots:
        yield _heartbeat


@contextmanager
def open_workplace(kind: str, slots: int, own: Heartbeat) -> Iterator[None]:
    """Make this process one that runs up to ``slots`` jobs, under the leases of ``own``.

    Its job threads share DB_MAX_CONNECTIONS connections. At the end its presence is taken back;
    jobs still in flight are the caller's to release.
    """
    global _heartbeat, _slots
    with ExitStack() as stack:
        stack.enter_context(database_lanes(min(slots, settings.DB_MAX_CONNECTIONS)))
        stack.callback(_leave, own)
        beat = partial(_beat, own, kind, slots)
        stack.enter_context(repeating("heartbeat", HEARTBEAT_SECONDS, beat, at_once=True))
        _heartbeat, _slots = own, Semaphore(slots)
        try:
            yield
        finally:
            _heartbeat = None


def release(own: Heartbeat) -> None:
    """Queue again what this process has not finished, so that another takes it at once.

    While the database is away this is left to the leases, which run out.
    """
    try:
        released = in_database(transitions.release, own.owner)
    except DatabaseError as error:
        logger.warning("database_unreachable", during="releasing", error=str(error))
        return
    if released:
        logger.info("jobs_released", count=released)


def abandon(own: Heartbeat) -> None:
    """What must be done before a process ends that cannot wait for its threads."""
    release(own)
    _leave(own)


def _beat(own: Heartbeat, kind: str, slots: int) -> None:
    own.beat()
    presence.report(own.owner, kind=kind, slots=slots, in_flight=own.in_flight)


def _leave(own: Heartbeat) -> None:
    try:
        in_database(presence.leave, own.owner)
    except DatabaseError as error:
        logger.warning("database_unreachable", during="leaving", error=str(error))
