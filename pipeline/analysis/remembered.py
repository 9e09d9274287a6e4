"""Remembers the last examinations of this process, so that no step measures a text twice.

The quality step compares with the original, which the forensic step measured a moment ago.
Examining is a function of the text alone, so a remembered answer is the answer; one with a check
that did not run is not kept, because it may run the next time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from pipeline.analysis.types import Examination

MOST_KEPT = 32
Key = tuple[str, str]  # code, language


class Remembered:
    """A small store of examinations, the longest unused forgotten first. Safe among threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Examination] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, measure: Callable[[], Examination]) -> Examination:
        """The examination under ``key``, measured now if it is not known."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        measured = measure()
        if all(check.ran for check in measured.checks):
            self._keep(key, measured)
        return measured

    def forget(self) -> None:
        """Measure everything anew from now on."""
        with self._lock:
            self._kept.clear()

    def _keep(self, key: Key, measured: Examination) -> None:
        with self._lock:
            self._kept[key] = measured
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


remembered = Remembered()
