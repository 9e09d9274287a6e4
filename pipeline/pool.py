"""Runs jobs without a broker: claims due rows and runs them on threads of this process.

One pool serves a process. ``./dev run`` starts it beside the web server, ``manage.py work`` is it
alone, and a Celery worker has one that takes over while the broker is away. A job whose worker
vanished runs alone, in a process of its own with one slot, so that a job that kills its worker
takes nothing else along; the pool sees to that in every kind of worker.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from operations.database import in_database
from pipeline import transitions
from pipeline.heartbeat import Heartbeat, repeating
from pipeline.models import Worker
from pipeline.retries import SWEEP_SECONDS
from pipeline.runner import run_job
from pipeline.workplace import open_workplace, release

POLL_SECONDS = 0.25
ISOLATED_POLL_SECONDS = 1.0
DATABASE_PAUSE_SECONDS = 1.0
logger = structlog.get_logger(__name__)
_wake = threading.Event()


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
        self._running: dict[int, threading.Thread] = {}
        self._isolated: subprocess.Popen[bytes] | None = None
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
            repeating("sweep", SWEEP_SECONDS, transitions.return_expired),
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
        for thread in self._running.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        if self._isolated is not None:
            _end_process(self._isolated, deadline)
        release(self.heartbeat)

    def _start_due_jobs(self) -> float:
        """Fill the free slots; returns the seconds to wait before looking again."""
        self._running = {id_: t for id_, t in self._running.items() if t.is_alive()}
        try:
            if self.takes_all:
                self._start_shared_jobs()
            self._start_isolated_job()
        except DatabaseError as error:
            logger.warning("database_unreachable", during="polling", error=str(error))
            return DATABASE_PAUSE_SECONDS
        return POLL_SECONDS if self.takes_all else ISOLATED_POLL_SECONDS

    def _start_shared_jobs(self) -> None:
        free_slots = self.slots - len(self._running)
        for job_id in in_database(transitions.due, isolated=False, count=free_slots):
            if job_id not in self._running:
                self._start(job_id)

    def _start(self, job_id: int) -> None:
        thread = threading.Thread(
            target=self._run, args=(job_id,), name=f"job-{job_id}", daemon=True
        )
        self._running[job_id] = thread
        thread.start()

    def _run(self, job_id: int) -> None:
        try:
            run_job(job_id, self.heartbeat, alone=False)
        except DatabaseError as error:  # the lease will expire and the sweep take the job back
            logger.warning("database_unreachable", during="running", job=job_id, error=str(error))
        finally:
            connections.close_all()  # there is one only if the job outlived the pool's lanes
            wake()

    def _start_isolated_job(self) -> None:
        if self._isolated is not None and self._isolated.poll() is None:
            return
        for job_id in in_database(transitions.due, isolated=True, count=1):
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--only"]
            self._isolated = subprocess.Popen(  # noqa: S603 - our own command
                [*command, str(job_id)], stdin=subprocess.DEVNULL
            )


def run_only(job_id: int) -> bool:
    """Run one job in this process; False if it was not due or somebody else has it.

    However this ends, the job does not wait for a lease to expire.
    """
    heartbeat = Heartbeat()
    with heartbeat.beating():
        try:
            return run_job(job_id, heartbeat)
        finally:
            transitions.release(heartbeat.owner)


def _end_process(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Let a process end by itself until ``deadline``, then tell it to release its job and end."""
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
