"""Sums a history of checks up in slots of time and lays it out as a chart; draws no markup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

WIDTH, HEIGHT = 480, 120
FAILED_HEIGHT = 32  # the lane at the top, for the share of checks that failed
GAP = 8  # between the lanes
LEAST = 3  # a bar is never too low to be seen
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Check(NamedTuple):
    """One row of the history."""

    at: datetime
    ok: bool
    latency_ms: int


@dataclass(frozen=True)
class Scale:
    """The stretch of time that a chart shows: ``count`` slots, the last one holds the present."""

    key: str
    title: str
    slot: timedelta
    count: int

    def start(self, now: datetime) -> datetime:
        """Where the first slot begins; slots begin at round times in UTC."""
        present = EPOCH + (now - EPOCH) // self.slot * self.slot
        return present - (self.count - 1) * self.slot


@dataclass(frozen=True)
class Slot:
    """The checks of one slot; the time is the median of the good ones, None without any."""

    place: int
    begins: datetime
    checks: int
    failed: int
    latency_ms: int | None


@dataclass(frozen=True)
class Bar:
    """A rectangle in the chart's own units."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Chart:
    """What is drawn and said of one scale. Slots without a check are left out."""

    scale: Scale
    begins: datetime
    slots: tuple[Slot, ...]

    width, height, floor = WIDTH, HEIGHT, FAILED_HEIGHT

    @classmethod
    def of(cls, scale: Scale, now: datetime, checks: Iterable[Check]) -> Chart:
        """Sort the checks into the scale's slots; those before its start are ignored."""
        begins = scale.start(now)
        filled: dict[int, list[Check]] = defaultdict(list)
        for check in checks:
            if check.at >= begins:
                filled[min((check.at - begins) // scale.slot, scale.count - 1)].append(check)
        return cls(scale, begins, tuple(_slot(scale, begins, *each) for each in filled.items()))

    @property
    def checks(self) -> int:
        return sum(slot.checks for slot in self.slots)

    @property
    def failed(self) -> int:
        return sum(slot.failed for slot in self.slots)

    @property
    def slowest_ms(self) -> int:
        """The height of the lane of times; 0 without a good check."""
        return max((slot.latency_ms or 0 for slot in self.slots), default=0)

    @property
    def summary(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        if not self.slots:
            return "No checks."
        good = f"{self.checks:,} check{'' if self.checks == 1 else 's'}, {self.failed:,} failed."
        return f"{good} Slowest median {self.slowest_ms:,} ms." if self.slowest_ms else good

    @property
    def failures(self) -> list[Bar]:
        """From the top down, as high as the share of checks that failed."""
        return [
            self._bar(slot, 0, FAILED_HEIGHT * slot.failed // slot.checks)
            for slot in self.slots
            if slot.failed
        ]

    @property
    def times(self) -> list[Bar]:
        """From the bottom up, as high as the time that a good check took."""
        room = HEIGHT - FAILED_HEIGHT - GAP
        heights = [
            (slot, max(LEAST, room * slot.latency_ms // (self.slowest_ms or 1)))
            for slot in self.slots
            if slot.latency_ms is not None
        ]
        return [self._bar(slot, HEIGHT - height, height) for slot, height in heights]

    def _bar(self, slot: Slot, y: int, height: int) -> Bar:
        step = WIDTH // self.scale.count
        return Bar(slot.place * step + 1, y, step - 2, max(LEAST, height))


def _slot(scale: Scale, begins: datetime, place: int, checks: list[Check]) -> Slot:
    good = [check.latency_ms for check in checks if check.ok]
    return Slot(
        place=place,
        begins=begins + place * scale.slot,
        checks=len(checks),
        failed=len(checks) - len(good),
        latency_ms=int(median(good)) if good else None,
    )
