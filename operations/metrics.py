"""Prometheus metrics, right however many processes serve.

Requests are counted in each web process; with PROMETHEUS_MULTIPROC_DIR (a folder that is empty at
the start and shared by all web processes of one machine) any of them answers for all. What jobs
and providers did is read from the database at the time of asking, so it is the same everywhere.
Where reading has become slow it is done less often: it takes a twentieth of the time at most.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Read = Callable[[], Iterable[Metric]]
SLOW_SECONDS = 0.5
SHARE_OF_TIME = 20
_reads: list[Read] = []
_kept: tuple[float, bytes] = (0.0, b"")


def register(read: Read) -> None:
    """Add a function that reads metrics from the database; for ``AppConfig.ready``."""
    if read not in _reads:
        _reads.append(read)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(_of_processes()) + _database_text()


def _of_processes() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _database_text() -> bytes:
    """The database's metrics; if reading them was slow, the same again for a while."""
    global _kept
    kept_until, text = _kept
    started = time.monotonic()
    if started < kept_until:
        return text
    text = generate_latest(_of_database())
    seconds = time.monotonic() - started
    if seconds >= SLOW_SECONDS:
        _kept = (started + SHARE_OF_TIME * seconds, text)
    return text


def _of_database() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_FromDatabase())
    return registry


class _FromDatabase(Collector):
    def collect(self) -> Iterator[Metric]:
        for read in _reads:
            yield from read()
