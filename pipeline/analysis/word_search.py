"""Finds the words of a text that are meant for a model: by itself, or along with an examination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.analysis import sandbox
from pipeline.analysis.orders import may_speak
from pipeline.analysis.remembered import Remembered
from pipeline.analysis.riders import Rider

TASK = "addressed"


@dataclass(frozen=True)
class Words:
    """The lines on which comments or strings speak to a model; if any do, the code without words.

    ``stripped`` keeps every line where it was.
    """

    lines: tuple[int, ...] = ()
    stripped: str = ""


# By code and language.
_found = Remembered[tuple[str, str], Words]()


def words_in(code: str, language: str, deadline: float | None) -> Words:
    """The words of this code that are meant for a model. Raises SandboxError."""

    def look() -> Words:
        if not may_speak(code):
            return Words()
        payload = {"code": code, "language": language}
        return _words(sandbox.run(TASK, payload, deadline=deadline))

    return _found.get((code, language), look)


def rider(code: str, language: str) -> Rider | None:
    """What looks for them on the way of an examination of that code, if it may hold any."""
    if not may_speak(code):
        _found.keep((code, language), Words())
        return None
    return Rider(TASK, lambda answer: _found.keep((code, language), _words(answer)))


def _words(answer: dict[str, Any]) -> Words:
    return Words(tuple(answer["lines"]), answer["stripped"])
