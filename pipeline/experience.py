"""What past steps took, for guessing what the next one takes: by step and what ran it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple

from operations import cache
from pipeline.models import StepResult

CACHE_KEY = "step-experience-1"
NEWEST = 300  # results that are looked at: bounded, whatever is stored
ENOUGH = 5  # results of one step and engine, under which a rule of thumb is the better guess

Row = tuple[str, str, int | None, int | None, int]


class Took(NamedTuple):
    """One past step: tokens as its provider counted them, if it had one, and milliseconds."""

    read: int | None
    written: int | None
    ms: int


@dataclass(frozen=True)
class Range:
    """From the least to the most that is to be expected, both whole."""

    low: int
    high: int

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def times(self, low: float, high: float) -> Range:
        """The range of the products, rounded."""
        return Range(round(self.low * low), round(self.high * high))

    def at_most(self, most: float | None) -> Range:
        """The range with nothing in it above ``most``."""
        return self if most is None else Range(int(min(self.low, most)), int(min(self.high, most)))


@dataclass(frozen=True)
class Experience:
    """What four of five past steps lay between; None where too few are known.

    ``answer`` is tokens written per token read, ``pace`` milliseconds per token written; the
    built-in engine, which writes none, has ``milliseconds`` only.
    """

    answer: tuple[float, float] | None = None
    pace: tuple[float, float] | None = None
    milliseconds: tuple[float, float] | None = None


class Experiences:
    """The newest results, asked for one step and engine at a time."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._took: dict[tuple[str, str], list[Took]] = {}
        for step, engine, read, written, ms in rows:
            self._took.setdefault((step, engine), []).append(Took(read, written, ms))

    def of(self, step: str, engine: str) -> Experience:
        """``engine`` is written as in StepResult."""
        found = self._took.get((step, engine), [])
        return Experience(
            answer=_middle([e.written / e.read for e in found if e.read and e.written]),
            pace=_middle([e.ms / e.written for e in found if e.written]),
            milliseconds=_middle([float(e.ms) for e in found]),
        )


def experiences() -> Experiences:
    """What the newest results tell, in one query; shared by all processes for a while."""
    return Experiences(cache.cached(CACHE_KEY, _load))


def _load() -> list[Row]:
    newest = StepResult.objects.order_by("-pk").values_list(
        "step", "engine", "input_tokens", "output_tokens", "duration_ms"
    )
    return list(newest[:NEWEST])


def _middle(values: list[float]) -> tuple[float, float] | None:
    """The first and the last tenth's border."""
    if len(values) < ENOUGH:
        return None
    borders = quantiles(values, n=10, method="inclusive")
    return borders[0], borders[-1]
