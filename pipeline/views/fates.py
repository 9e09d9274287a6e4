"""What became of each finding in the rebuilt code: measured where both were, else by its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.analysis.diff import opcodes
from pipeline.analysis.findings import worst_first
from pipeline.analysis.source import split_lines
from pipeline.analysis.types import Finding, Verdict
from pipeline.views.code_lines import href_of
from pipeline.views.kept import kept_lines

GONE = "Gone"
THERE = "Still there"
SAME_LINE = "Not touched"
OTHER_LINE = "Touched"


@dataclass(frozen=True)
class FateRow:
    """``line`` is where it, or its line, stands in the rebuilt code; None where there is none.

    ``measured`` says that scanners looked at both texts; without them only lines are compared.
    """

    finding: Finding
    href: str
    word: str
    line: int | None
    measured: bool


def fates_of(
    findings: Iterable[Finding], verdict: Verdict | None, original: str, rebuilt: str
) -> list[FateRow]:
    """Of all findings, worst first."""
    measured = {fate.fingerprint: fate.line for fate in verdict.fates} if verdict else {}
    ordered = worst_first(findings)
    all_measured = all(finding.fingerprint in measured for finding in ordered)
    moved = {} if all_measured else lines_moved(original, rebuilt)
    return [
        _fate(finding, href_of(position, finding), measured, moved)
        for position, finding in enumerate(ordered)
    ]


def counts(rows: Iterable[FateRow]) -> dict[str, int]:
    """How many there are of each word, in the order in which they are told."""
    words = [row.word for row in rows]
    return {word: words.count(word) for word in (GONE, THERE, SAME_LINE, OTHER_LINE)}


def _fate(
    finding: Finding,
    href: str,
    measured: Mapping[str, int | None],
    moved: Mapping[int, int],
) -> FateRow:
    if finding.fingerprint in measured:
        line = measured[finding.fingerprint]
        return FateRow(finding, href, GONE if line is None else THERE, line, True)
    line = moved.get(finding.line)
    return FateRow(finding, href, OTHER_LINE if line is None else SAME_LINE, line, False)


def lines_moved(original: str, rebuilt: str) -> dict[int, int]:
    """Where each unchanged line of the original stands in the rebuilt code."""
    return kept_lines.get_once(
        ("moved", original, rebuilt), lambda: _lines_moved(original, rebuilt)
    )


def _lines_moved(original: str, rebuilt: str) -> dict[int, int]:
    moved: dict[int, int] = {}
    for tag, start, end, start_new, _ in opcodes(split_lines(original), split_lines(rebuilt)):
        if tag == "equal":
            moved |= {n + 1: n + 1 + start_new - start for n in range(start, end)}
    return moved
