"""What a Celery worker process does besides running tasks.

It keeps leases and presence alive like every worker, runs isolated jobs in processes of their own,
and when the broker is away its pool takes all due jobs from the database, until Celery carries
again. Beat sends the sweep every few seconds; while no message comes through, and now and then
in case beat is down, the worker sweeps by itself.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state as celery_state

from pipeline import broker, dispatch
from pipeline.heartbeat import repeating
from pipeline.models import Worker
from pipeline.pool import Pool, wake
from pipeline.retries import LEASE, SWEEP_SECONDS
from pipeline.workplace import abandon, open_workplace

LOOK_SECONDS = 1.0
GRACE_SECONDS = 20.0
OWN_SWEEP_SECONDS = LEASE.total_seconds()
logger = structlog.get_logger(__name__)


class Watch:
    """Decides who carries jobs to this process, Celery or its own pool; looks every second."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.is_consuming = False
        self._swept = time.monotonic()
        self._ends_at: float | None = None

    def look(self) -> None:
        """One turn: choose the carrier, sweep if it is time, end when the grace time is over."""
        carried = self.is_consuming and broker.answers()
        if carried == self.pool.takes_all:
            logger.warning("celery_carries" if carried else "own_pool_carries")
            self.pool.takes_all = not carried
            wake()
        self._sweep_if_due(OWN_SWEEP_SECONDS if carried else SWEEP_SECONDS)
        self._mind_the_end()

    def _sweep_if_due(self, seconds: float) -> None:
        if time.monotonic() - self._swept >= seconds:
            self._swept = time.monotonic()
            dispatch.sweep()

    def _mind_the_end(self) -> None:
        """Celery waits for its tasks without a bound when told to end; this is the bound."""
        if celery_state.should_stop is None:
            return
        self.pool.stop()
        if self._ends_at is None:
            self._ends_at = time.monotonic() + GRACE_SECONDS
        elif time.monotonic() >= self._ends_at:
            abandon(self.pool.heartbeat)
            sys.stderr.flush()
            os._exit(0)  # threads that wait for a provider cannot be ended otherwise


@contextmanager
def on_duty(slots: int) -> Iterator[Watch]:
    """While the block runs, this process is a worker with a Celery consumer beside its pool."""
    pool = Pool(slots, takes_all=False)
    watch = Watch(pool)
    with open_workplace(Worker.Kind.CELERY, slots, pool.heartbeat):
        thread = threading.Thread(target=pool.serve, name="pool", daemon=True)
        thread.start()
        try:
            with repeating("broker watch", LOOK_SECONDS, watch.look):
                yield watch
        finally:
            pool.stop()
            wake()
            thread.join()
            pool.finish(GRACE_SECONDS)


class Consuming(bootsteps.StartStopStep):
    """Tells the watch whether Celery's consumer is connected; runs at each (re)connection."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        consumer.controller.watch.is_consuming = True

    def stop(self, consumer: Any) -> None:
        consumer.controller.watch.is_consuming = False
