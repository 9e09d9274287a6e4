"""Prometheus metrics, right however many processes serve.

Requests are counted in each web process; with PROMETHEUS_MULTIPROC_DIR (a folder that is empty at
the start and shared by all web processes of one machine) any of them answers for all. What jobs
and providers did is read from the database at the time of asking, so it is the same everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Read = Callable[[], Iterable[Metric]]
_reads: list[Read] = []


def register(read: Read) -> None:
    """Add a function that reads metrics from the database; for ``AppConfig.ready``."""
    if read not in _reads:
        _reads.append(read)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(_of_processes()) + generate_latest(_of_database())


def _of_processes() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _of_database() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_FromDatabase())
    return registry


class _FromDatabase(Collector):
    def collect(self) -> Iterator[Metric]:
        for read in _reads:
            yield from read()
