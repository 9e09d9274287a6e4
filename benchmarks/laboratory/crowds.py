"""Many at once, in threads of this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Crowd(Generic[T]):
    """Many at once: each waits on a thread of its own until all are there, then they start."""

    def __init__(self, count: int, act: Callable[[int], T]) -> None:
        self.outcomes: list[T] = []
        self._act = act
        self._gate = threading.Barrier(count)
        self._threads = [
            threading.Thread(target=self._run, args=(place,), daemon=True) for place in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether some has not ended yet."""
        return any(thread.is_alive() for thread in self._threads)

    def all_outcomes(self) -> list[T]:
        """Wait for all and return what came of them."""
        for thread in self._threads:
            thread.join()
        return self.outcomes

    def _run(self, place: int) -> None:
        self._gate.wait()
        self.outcomes.append(self._act(place))
