"""Keeps what took long to make for a page, in this process, by a digest of what it was made from.

What it is made from never changes: the texts of a submission and of a stored result. Nobody gets
anything from here without the texts themselves, which a view reads for their owner alone. It works
without Redis, and what is kept is bounded, the longest unused forgotten first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sized
from hashlib import sha256
from typing import Generic, TypeVar

from django.utils.safestring import SafeString

MOST_CHARACTERS = 24_000_000  # of HTML; a page of the largest code has about 800,000
MOST_LINES = 200_000  # of codes whose lines were compared
MAKERS = 16  # locks among which keys are shared out

V = TypeVar("V", bound=Sized)


class Kept(Generic[V]):
    """At most ``most`` by the values' lengths. Safe among threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, V] = OrderedDict()
        self._length = 0
        self._lock = threading.Lock()
        self._makers = [threading.Lock() for _ in range(MAKERS)]

    def get_once(self, parts: tuple[str, ...], make: Callable[[], V]) -> V:
        """Like ``get``; of threads that ask for the same at once, one makes it and the others wait.

        Not for what itself waits for something: that would hold up all of them.
        """
        with self._makers[hash(parts) % MAKERS]:
            return self.get(parts, make)

    def get(self, parts: tuple[str, ...], make: Callable[[], V]) -> V:
        """What was made from ``parts``; what is empty is not kept, but made anew each time."""
        key = _digest(parts)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        if len(made):
            self._keep(key, made)
        return made

    def forget(self) -> None:
        """Make everything anew from now on."""
        with self._lock:
            self._kept.clear()
            self._length = 0

    def _keep(self, key: str, made: V) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._length += len(made)
            while self._length > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._length -= len(oldest)


def _digest(parts: tuple[str, ...]) -> str:
    """Lengths keep the parts apart."""
    digest = sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(encoded))
        digest.update(encoded)
    return digest.hexdigest()


kept = Kept[SafeString](MOST_CHARACTERS)
kept_lines = Kept[dict[int, int]](MOST_LINES)
