"""Remembers what the last texts of this process were found to hold, so that no step looks twice.

The quality step compares with the original, which the forensic step measured a moment ago, and all
three look for the same secrets. A model's rebuilt code is compared before it is taken, and again
for the verdict. All are functions of the texts alone, so a remembered answer is the answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from pipeline.analysis.types import Examination, VerdictCheck

MOST_KEPT = 32
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """A bounded store of answers, the longest unused forgotten first. Safe among threads.

    At most ``most`` by the answers' weights; without weights that is their number.
    """

    def __init__(
        self,
        worth_keeping: Callable[[V], bool] = lambda answer: True,
        *,
        most: int = MOST_KEPT,
        weight: Callable[[V], int] = lambda answer: 1,
    ) -> None:
        self._worth_keeping, self._most, self._weight = worth_keeping, most, weight
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._weighs = 0
        self._lock = threading.Lock()

    def get(self, key: K, measure: Callable[[], V]) -> V:
        """The answer under ``key``, measured now if it is not known."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        measured = measure()
        if self._worth_keeping(measured):
            self.keep(key, measured)
        return measured

    def keep(self, key: K, measured: V) -> None:
        """Remember an answer that was come by in another way."""
        with self._lock:
            self._weighs += self._weight(measured)
            if key in self._kept:
                self._weighs -= self._weight(self._kept.pop(key))
            self._kept[key] = measured
            while self._weighs > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._weighs -= self._weight(oldest)

    def forget(self) -> None:
        """Measure everything anew from now on."""
        with self._lock:
            self._kept.clear()
            self._weighs = 0


def _is_whole(examination: Examination) -> bool:
    """A check that did not run may run the next time."""
    return all(check.ran for check in examination.checks)


# By code and language.
remembered = Remembered[tuple[str, str], Examination](_is_whole)
# By both texts, language, the lines of what was repaired, and its weaknesses.
Comparison = tuple[str, str, str, tuple[tuple[int, int], ...], tuple[int, ...]]
compared = Remembered[Comparison, tuple[VerdictCheck, ...]]()
