"""Keeps what took long to make for a page, in this process, by a digest of what it was made from.

What it is made from never changes: the texts of a submission and of a stored result. Nobody gets
anything from here without the texts themselves, which a view reads for their owner alone. It works
without Redis, and what is kept is bounded, the longest unused forgotten first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sized
from hashlib import sha256
from typing import Generic, TypeVar

from django.utils.safestring import SafeString

from pipeline.analysis.remembered import Remembered

MOST_CHARACTERS = 24_000_000  # of HTML; a page of the largest code has about 800,000
MOST_LINES = 200_000  # of codes whose lines were compared
MAKERS = 16  # locks among which keys are shared out

V = TypeVar("V", bound=Sized)


class Kept(Generic[V]):
    """At most ``most`` by the values' lengths; what is empty is made anew each time."""

    def __init__(self, most: int) -> None:
        self._values = Remembered[str, V](worth_keeping=bool, most=most, weight=len)
        self._makers = [threading.Lock() for _ in range(MAKERS)]

    def get(self, parts: tuple[str, ...], make: Callable[[], V]) -> V:
        """What was made from ``parts``."""
        return self._values.get(_digest(parts), make)

    def get_once(self, parts: tuple[str, ...], make: Callable[[], V]) -> V:
        """Like ``get``; of threads that ask for the same at once, one makes it and the others wait.

        Not for what itself waits for something: that would hold up all of them.
        """
        with self._makers[hash(parts) % MAKERS]:
            return self.get(parts, make)

    def forget(self) -> None:
        """Make everything anew from now on."""
        self._values.forget()


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
