"""Leaves out what scanners report by a call's name where every value in it is constant or clean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.analysis.knowledge import canonical
from pipeline.analysis.types import Check, Finding

SCANNERS = frozenset(("bandit", "ruff", "flags"))
MOST_LISTED = 5


class HarmlessPlaces:
    """Lines by rule, as the data-flow check lists them."""

    def __init__(self, listed: Iterable[dict[str, Any]]) -> None:
        self._by_rule: dict[str, tuple[set[int], set[int]]] = {}
        for entry in listed:
            lines = set(entry["clean"]), set(entry["other"])
            self._by_rule.update(dict.fromkeys(entry["rules"], lines))

    def cover(self, finding: Finding) -> bool:
        """Whether all that a scanner's finding can mean was seen, and nothing of it does harm."""
        return set(finding.sources) <= SCANNERS and all(
            self._is_clean(canonical(rule), finding) for rule in finding.rules
        )

    def _is_clean(self, rule: str, finding: Finding) -> bool:
        clean, other = self._by_rule.get(rule, (set(), set()))
        lines = range(finding.line, finding.end_line + 1)
        return not other.intersection(lines) and not clean.isdisjoint(lines)


def split(
    findings: Sequence[Finding], listed: Iterable[dict[str, Any]]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that stand, and those that are left out."""
    places = HarmlessPlaces(listed)
    standing: list[Finding] = []
    left_out: list[Finding] = []
    for finding in findings:
        (left_out if places.cover(finding) else standing).append(finding)
    return standing, left_out


def said(check: Check, left_out: Sequence[Finding]) -> Check:
    """The data-flow check with a word about what it left out."""
    places = sorted({(canonical(f.rules[0]), f.line) for f in left_out}, key=lambda p: p[1])
    if check.name != "dataflow" or not places:
        return check
    listed = ", ".join(f"{rule} in line {line}" for rule, line in places[:MOST_LISTED])
    more = f" and {len(places) - MOST_LISTED} more" if len(places) > MOST_LISTED else ""
    number = f"{len(places)} report{'s' if len(places) > 1 else ''}"
    note = f"{number} of constant or cleaned values left out: {listed}{more}"
    return check.model_copy(update={"reason": "; ".join(filter(None, (check.reason, note)))})
