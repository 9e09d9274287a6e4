"""What a bench says: figures, goals, and bounds that hold or not; kept as text for ``--save``."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.workshop.console import say


@dataclass
class Report:
    """Prints each line at once and remembers all; ``broken`` lists the bounds that did not hold."""

    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    bounds: int = 0

    def line(self, text: str = "") -> None:
        """Any line."""
        self.lines.append(text)
        say(text)

    def section(self, name: str, purpose: str) -> None:
        """Begin a section."""
        self.line()
        self.line(f"{name}: {purpose}")

    def figure(self, what: str, value: str) -> None:
        """One measured figure, with its unit."""
        self.line(f"  {what:<62} {value}")

    def goal(self, what: str, milliseconds: float, goal: float) -> None:
        """A time beside the time that one would like; it decides nothing."""
        reached = "reached" if milliseconds <= goal else "missed"
        self.figure(what, f"{milliseconds:.1f} ms (goal {goal:.0f} ms {reached})")

    def at_least(self, what: str, value: float, bound: float, *, unit: str = "") -> None:
        """A bound from below; it decides."""
        self._bound(what, value >= bound, f"{value:.2f}{unit}", f"at least {bound:g}{unit}")

    def at_most(self, what: str, value: float, bound: float, *, unit: str = "") -> None:
        """A bound from above; it decides."""
        self._bound(what, value <= bound, f"{value:.2f}{unit}", f"at most {bound:g}{unit}")

    def exactly(self, what: str, count: int, bound: int) -> None:
        """A count that must be this one; it decides."""
        self._bound(what, count == bound, str(count), f"exactly {bound}")

    def verdict(self) -> int:
        """Say the one line of the end; the exit code."""
        self.line()
        if self.broken or not self.bounds:
            self.line(f"BROKEN: {'; '.join(self.broken) or 'nothing was measured'}.")
            return 1
        self.line(f"HELD: all {self.bounds} bounds.")
        return 0

    def _bound(self, what: str, held: bool, found: str, bound: str) -> None:
        self.bounds += 1
        if not held:
            self.broken.append(f"{what}: {found}, {bound}")
        self.line(f"  {'ok    ' if held else 'BROKEN'} {what}: {found} ({bound})")
