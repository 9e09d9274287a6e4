"""Runs jobs without a broker: claims due rows and runs them on threads of this process.

One pool serves a process. ``./dev run`` starts it beside the web server, ``manage.py work`` is it
alone, and a Celery worker has one that takes over while the broker is away. A job whose worker
vanished runs alone, in a process of its own that has one slot (pipeline.isolation), so that a job
that kills its worker takes nothing else along; every kind of worker starts such a process.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections import deque
from functools import partial

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from accounts import erasure
from billing import budgets
from operations.database import in_database
from operations.persistence import note_outage
from pipeline import daily, expiry, isolation, presence, transitions, webhooks
from pipeline.heartbeat import Heartbeat, repeating
from pipeline.models import Worker
from pipeline.retries import SWEEP_SECONDS
from pipeline.runner import run_job
from pipeline.workplace import open_workplace, release, slot
from providers import probes

POLL_SECONDS = 0.25
ISOLATED_POLL_SECONDS = 1.0
LOOK_AHEAD = 10  # due jobs beyond the free slots, for slots that get free before the next look
FAILURE_PAUSE_SECONDS = 1.0
logger = structlog.get_logger(__name__)
_wake = threading.Event()


def _sweep() -> None:
    """What dispatch.sweep does, but for announcing: without a broker nobody is to be told."""
    expiry.return_expired()
    presence.forget_vanished()
    budgets.settle_expired()


def wake() -> None:
    """Tell a pool of this process that there is work; without one it has no effect."""
    _wake.set()


class Pool:
    """Claims and runs due jobs until it is told to stop.

    With ``takes_all`` off it leaves all but isolated jobs to others; that may change at any time.
    """

    def __init__(self, slots: int, *, takes_all: bool = True) -> None:
        self.heartbeat = Heartbeat()
        self.slots = slots
        self.takes_all = takes_all
        self._threads: list[threading.Thread] = []
        self._next: deque[int] = deque()
        self._isolated: subprocess.Popen[bytes] | None = None
        self._look_for_isolated_at = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns after the jobs in flight.

        Safe in a signal handler, where taking the lock of an Event would not be.
        """
        self._stopping = True

    def run(self, *, grace_seconds: float = 20.0) -> None:
        """Be a worker until ``stop``; then wait up to ``grace_seconds`` and release the rest."""
        with (
            open_workplace(Worker.Kind.POOL, self.slots, self.heartbeat),
            repeating("sweep", SWEEP_SECONDS, _sweep),
            repeating("probes", probes.LOOK_SECONDS, partial(probes.run_due, 1)),
            repeating("webhooks", webhooks.LOOK_SECONDS, webhooks.deliver_due),
            repeating("erasures", erasure.LOOK_SECONDS, erasure.go_on),
            repeating("daily work", daily.LOOK_SECONDS, daily.reconcile_once_a_day),
        ):
            self.serve()
            self.finish(grace_seconds)

    def serve(self) -> None:
        """Start due jobs until ``stop``; the process's workplace must be open."""
        while not self._stopping:
            _wake.clear()
            pause = self._start_due_jobs()
            _wake.wait(pause)

    def finish(self, grace_seconds: float) -> None:
        """Wait up to ``grace_seconds`` for what ``serve`` started, then release what still runs."""
        deadline = time.monotonic() + grace_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._isolated is not None:
            isolation.end(self._isolated, deadline)
        release(self.heartbeat)

    def _start_due_jobs(self) -> float:
        """Fill the free slots; returns the seconds to wait before looking again."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        try:
            if self.takes_all:
                self._start_shared_jobs()
            self._see_to_isolated_jobs()
        except DatabaseError as error:
            note_outage(error)
            logger.warning("database_unreachable", during="polling", error=str(error))
            return FAILURE_PAUSE_SECONDS
        except Exception:  # such as a machine without memory for one more process
            logger.exception("polling_failed")
            return FAILURE_PAUSE_SECONDS
        return POLL_SECONDS if self.takes_all else ISOLATED_POLL_SECONDS

    def _start_shared_jobs(self) -> None:
        at_work = max(len(self._threads), self.heartbeat.in_flight)  # Celery's jobs count too
        free_slots = self.slots - at_work
        if free_slots <= 0:
            return
        due = in_database(transitions.due, isolated=False, count=free_slots + LOOK_AHEAD)
        self._next = deque(due)
        for _ in range(min(free_slots, len(due))):
            self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="job", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        """Run jobs, one after the other, while some are known to be due."""
        try:
            while not self._stopping and (job_id := self._next_job()):
                with slot() as heartbeat:
                    run_job(job_id, heartbeat, alone=False)
        except DatabaseError as error:  # the lease will expire and the sweep take the job back
            logger.warning("database_unreachable", during="running", error=str(error))
        finally:
            connections.close_all()  # there is one only if the job outlived the pool's lanes
            wake()

    def _next_job(self) -> int | None:
        """The next of the jobs that were due at the last look; somebody else may have it by now."""
        try:
            return self._next.popleft() if self.takes_all else None
        except IndexError:
            return None

    def _see_to_isolated_jobs(self) -> None:
        """Look for isolated jobs now and then, unless a process is at them already."""
        now = time.monotonic()
        if now < self._look_for_isolated_at:
            return
        self._look_for_isolated_at = now + ISOLATED_POLL_SECONDS
        if self._isolated is not None and self._isolated.poll() is None:
            return
        if in_database(transitions.due, isolated=True, count=1):
            self._isolated = isolation.start()
