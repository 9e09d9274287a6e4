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
from functools import partial
from typing import Any, ClassVar

import structlog
from celery import bootsteps
from celery.worker import state as celery_state
from celery.worker.consumer import Consumer as CeleryConsumer

from pipeline import broker, dispatch
from pipeline.heartbeat import repeating
from pipeline.models import Worker
from pipeline.pool import Pool, wake
from pipeline.retries import LEASE, SWEEP_SECONDS
from pipeline.workplace import abandon, open_workplace

LOOK_SECONDS = 1.0
CONNECT_SECONDS = 5.0  # in which the consumer may still be connecting after the start
GRACE_SECONDS = 20.0
OWN_SWEEP_SECONDS = LEASE.total_seconds()
CHATTER = (":Mingle", ":Gossip", ":Heart")
logger = structlog.get_logger(__name__)


class Watch:
    """Decides who carries jobs to this process, Celery or its own pool; looks every second."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.is_consuming = False
        self._connects_until = time.monotonic() + CONNECT_SECONDS
        self._swept = 0.0
        self._uneasy_until = 0.0
        self._ends_at: float | None = None

    def look(self) -> None:
        """One turn: choose the carrier, sweep if it is time, end when the grace time is over."""
        answers = broker.answers()
        if not answers:
            self._connects_until = 0.0  # from now on the consumer's own word counts
        carried = answers and (self.is_consuming or time.monotonic() < self._connects_until)
        if carried == self.pool.takes_all:
            logger.warning("celery_carries" if carried else "own_pool_carries")
            self.pool.takes_all = not carried
            wake()
        self._sweep_if_due(carried)
        self._mind_the_end()

    def _sweep_if_due(self, carried: bool) -> None:
        """Sweep often while the broker is away and for a while after it, seldom otherwise."""
        now = time.monotonic()
        if not carried:
            self._uneasy_until = now + OWN_SWEEP_SECONDS
        pause = SWEEP_SECONDS if now < self._uneasy_until else OWN_SWEEP_SECONDS
        if now - self._swept >= pause:
            self._swept = now
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


class Consumer(CeleryConsumer):
    """Celery's consumer, but back within two seconds of the broker's return instead of thirty, and
    without the steps by which workers tell each other of themselves: the database knows that.
    """

    class Blueprint(CeleryConsumer.Blueprint):
        default_steps: ClassVar[list[str]] = [
            step for step in CeleryConsumer.Blueprint.default_steps if not step.endswith(CHATTER)
        ]

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=1, interval_step=1, interval_max=2
        )
        return super().ensure_connected(conn)


class Consuming(bootsteps.StartStopStep):
    """Tells the watch whether Celery's consumer is connected; runs at each (re)connection."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        consumer.controller.watch.is_consuming = True

    def stop(self, consumer: Any) -> None:
        consumer.controller.watch.is_consuming = False
