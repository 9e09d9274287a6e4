"""What came of each file: the findings with what people said of them, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .files import Target

LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
MARKED = frozenset({"false-positive", "accepted"})


@dataclass(frozen=True)
class Finding:
    """One problem. ``marked`` is why people do not count it, or nothing."""

    severity: str
    line: int
    end_line: int
    column: int
    cwe: int | None
    title: str
    text: str
    rule: str
    fingerprint: str
    is_new: bool | None
    marked: str

    @classmethod
    def of(cls, item: dict[str, Any]) -> Finding:
        """From one item of ``code.getFindings``. Raises KeyError, TypeError, ValueError."""
        said = item["finding"]
        rules, cwe = said["rules"], said["cwe"]
        return cls(
            severity=LEVELS[LEVELS.index(said["severity"])],
            line=int(said["line"]),
            end_line=int(said["end_line"]),
            column=int(said["column"]),
            cwe=None if cwe is None else int(cwe),
            title=str(said["title"]),
            text=" ".join(str(said[name]) for name in ("description", "impact") if said[name]),
            rule=str(rules[0]) if rules else f"CWE-{cwe}" if cwe else "unclassified",
            fingerprint=str(said["fingerprint"]),
            is_new=item["new"],
            marked=_mark_of(item),
        )

    @property
    def counts(self) -> bool:
        return not self.marked


@dataclass(frozen=True)
class Outcome:
    """What came of a file; ``error`` says why it has no findings. ``address`` is its page.

    One that holds nothing was not sent: ``is_empty``.

    ``confidence`` and ``sentence`` are the verdict's; ``rebuilt`` is the repaired code.
    """

    target: Target
    findings: Sequence[Finding] = ()
    id: str = ""
    address: str = ""
    error: str = ""
    confidence: str = ""
    sentence: str = ""
    rebuilt: str | None = None
    is_empty: bool = False

    @property
    def reviewed(self) -> bool:
        return not (self.error or self.is_empty)

    def count(self, level: str) -> int:
        """How many of a severity count."""
        return sum(finding.counts and finding.severity == level for finding in self.findings)


def has_at_or_above(outcomes: Sequence[Outcome], level: str | None) -> bool:
    """Whether anything that counts was found at or above a level; never without a level."""
    worst = LEVELS[: LEVELS.index(level) + 1] if level else ()
    return any(outcome.count(each) for outcome in outcomes for each in worst)


def _mark_of(item: dict[str, Any]) -> str:
    if item["state"] not in MARKED or item["expired"]:
        return ""
    state = str(item["state"]).replace("-", " ")
    return f"{state}: {item['reason']}" if item["reason"] else state
