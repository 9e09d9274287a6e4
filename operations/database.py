"""Bounds the database connections of a process in which many jobs wait for slow things.

Job threads are many and mostly wait; each would open its own connection and keep it. Instead they
hand their short database sections to a few lanes, each a thread with one connection of its own.
Without open lanes (a web request, a command) the work simply runs where it was called.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")

_lanes: ThreadPoolExecutor | None = None


@contextmanager
def database_lanes(count: int) -> Iterator[None]:
    """While the block runs, ``in_database`` work of this process shares ``count`` connections."""
    global _lanes
    if _lanes is not None:
        raise RuntimeError("This process has database lanes already.")
    _lanes = executor = ThreadPoolExecutor(max_workers=count, thread_name_prefix="database")
    try:
        yield
    finally:
        _lanes = None
        _close_connections(executor, count)
        executor.shutdown(wait=True)


def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` on a lane, or here if there are none, and return what it returns.

    The work must not wait for anything but the database. Context variables (request id, actor)
    go along.
    """
    lanes = _lanes
    if lanes is None:
        return work(*args, **kwargs)
    context = contextvars.copy_context()
    return lanes.submit(context.run, lambda: _on_lane(work, *args, **kwargs)).result()


def _on_lane(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()  # a connection that broke meanwhile is replaced, not used
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


def _close_connections(executor: ThreadPoolExecutor, count: int) -> None:
    """Close each lane's connection on its own thread, the only one that may."""
    together = threading.Barrier(count)

    def close() -> None:
        together.wait(timeout=30)  # keeps one fast lane from taking all the turns
        connections.close_all()

    for future in [executor.submit(close) for _ in range(count)]:
        future.result()
