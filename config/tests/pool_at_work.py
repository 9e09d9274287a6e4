"""A pool of one slot at work in a thread of the tests, as ``./dev run`` has it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.pool import Pool


@contextmanager
def pool_at_work() -> Iterator[None]:
    """Jobs are run while the block does."""
    pool = Pool(slots=1)
    thread = threading.Thread(target=pool.run, kwargs={"grace_seconds": 5.0}, name="pool")
    thread.start()
    try:
        yield
    finally:
        pool.stop()
        thread.join()
