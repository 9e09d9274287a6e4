"""A drill's end: each promise with what was found, one line of verdict, the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from config.workshop.console import StopError, complain, say

HELD, BROKEN, NOT_RUN, INTERRUPTED = 0, 1, 2, 130


@dataclass
class Verdict:
    """Collects what was checked. ``promise`` is what stands in the verdict when all held."""

    promise: str
    broken: list[str] = field(default_factory=list)
    checked: int = 0

    def check(self, what: str, held: bool, found: object = "") -> None:
        """Note and say whether one thing is as promised, and what was found."""
        self.checked += 1
        if not held:
            self.broken.append(what)
        say(f"  {'ok    ' if held else 'BROKEN'} {what}{f': {found}' if str(found) else ''}")

    def give(self) -> int:
        """Say the one line and return the exit code; to have checked nothing is no success."""
        if self.broken or not self.checked:
            say(f"BROKEN: {'; '.join(self.broken) or 'nothing was checked'}.")
            return BROKEN
        say(f"HELD: {self.promise}")
        return HELD


def run(drill: Callable[[], int]) -> NoReturn:
    """Run a drill and end the program with its exit code; 2 when it could not be run."""
    try:
        sys.exit(drill())
    except StopError as stop:
        complain(str(stop))
        sys.exit(NOT_RUN)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
