"""Keeps the leases of this process alive: one thread, one UPDATE, every ten seconds."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from operations.persistence import note_outage
from pipeline import transitions
from pipeline.retries import HEARTBEAT_RETRY_SECONDS, HEARTBEAT_SECONDS

logger = structlog.get_logger(__name__)


class Heartbeat:
    """The name under which this process holds leases, and which jobs it really works on.

    Only jobs in progress are renewed: one whose thread is gone, for whatever reason, runs out
    and comes back through the sweep.
    """

    def __init__(self) -> None:
        unrepeatable = secrets.token_hex(4)
        self.owner = f"{socket.gethostname()[:100]}:{os.getpid()}:{unrepeatable}"
        self._held: set[int] = set()

    @contextmanager
    def holding(self, job_id: int) -> Iterator[None]:
        """Renew the job's lease while the block runs."""
        self._held.add(job_id)
        try:
            yield
        finally:
            self._held.discard(job_id)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Renew what is held while the block runs."""
        with repeating("heartbeat", HEARTBEAT_SECONDS, self.beat):
            yield

    @property
    def in_flight(self) -> int:
        """How many jobs this process works on."""
        return len(self._held)

    def beat(self) -> None:
        """Renew once."""
        held = list(self._held)
        if held:
            transitions.renew(self.owner, held)


@contextmanager
def repeating(
    name: str, seconds: float, work: Callable[[], object], *, at_once: bool = False
) -> Iterator[None]:
    """While the block runs, call ``work`` every ``seconds`` on a thread of its own.

    The first turn comes after ``seconds``, or right away with ``at_once``. A turn that failed, as
    with a database that was away, is made up for within a second; none ends those that follow.
    """
    ended = threading.Event()

    def turns() -> None:
        pause = 0.0 if at_once else seconds
        try:
            while not ended.wait(pause):
                went_well = _turn(name, work)
                pause = seconds if went_well else min(seconds, HEARTBEAT_RETRY_SECONDS)
        finally:
            connections.close_all()

    thread = threading.Thread(target=turns, name=name, daemon=True)
    with ExitStack() as stack:
        stack.callback(thread.join, timeout=30)
        stack.callback(ended.set)
        thread.start()
        yield


def _turn(name: str, work: Callable[[], object]) -> bool:
    """One call of ``work``; False when it failed."""
    try:
        close_old_connections()
        work()
    except DatabaseError as error:
        note_outage(error)
        logger.warning("database_unreachable", during=name, error=str(error))
        return False
    except Exception:  # a thread that died would let every lease of the process run out, unseen
        logger.exception("turn_failed", during=name)
        return False
    return True
