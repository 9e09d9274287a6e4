"""The whole product at work: web server, Celery workers, beat, and the pretend vendor of models."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.laboratory import counting, models
from benchmarks.laboratory.room import Laboratory
from config.workshop.console import StopError


def open_shop(
    laboratory: Laboratory, workers: Sequence[str], slots: int, *, latency: float
) -> None:
    """Start all of it; ``latency`` is the vendor's, in seconds. Raises StopError."""
    models.use_vendor(laboratory.vendor_port)
    laboratory.start_vendor(latency=latency)
    laboratory.start_beat()
    for name in workers:
        laboratory.start_celery(name, slots)
    laboratory.start_web()
    if not counting.workers_arrive(len(workers)):
        raise StopError("the workers did not start")
