"""Brings the findings of all scanners together: one problem at one place is one finding."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.analysis.findings import with_fingerprints
from pipeline.analysis.knowledge import canonical
from pipeline.analysis.sarif_in import IMPORTED
from pipeline.analysis.types import Finding

# In this order: whose place and words stand when two agree.
SOURCES = (
    "dataflow",
    "bandit",
    "ruff",
    "flawfinder",
    "flags",
    "secrets",
    "text",
    IMPORTED,
    "model",
)
MOST_LINES = 50  # of one finding that are compared with others


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Duplicates joined, fingerprints set; the worst first, then by line and rule.

    The result does not depend on the order of the input.
    """
    merged: list[Finding] = []
    by_line: dict[int, list[int]] = {}
    for finding in sorted(findings, key=_precedence):
        near = sorted({i for line in _lines(finding) for i in by_line.get(line, [])})
        same = next((i for i in near if _same_problem(merged[i], finding)), None)
        if same is None:
            for line in _lines(finding):
                by_line.setdefault(line, []).append(len(merged))
            merged.append(finding)
        else:
            merged[same] = _joined(merged[same], finding)
    in_text_order = with_fingerprints(sorted(merged, key=_place))
    return tuple(sorted(in_text_order, key=lambda f: (f.severity.rank, *_place(f))))


def _lines(finding: Finding) -> range:
    return range(finding.line, min(finding.end_line, finding.line + MOST_LINES) + 1)


def _precedence(finding: Finding) -> tuple[object, ...]:
    return _rank(finding.sources[0]), *_place(finding), finding.severity.rank


def _rank(source: str) -> int:
    """Tools whose findings were imported come before models and after all of ours."""
    return SOURCES.index(source) if source in SOURCES else SOURCES.index(IMPORTED)


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.line, finding.column, finding.end_line, finding.rules, finding.description


def _same_problem(one: Finding, other: Finding) -> bool:
    """Two sources on overlapping lines with the same rule or the same weakness.

    One source that reports twice on a line means two problems, unless nothing tells them apart.
    """
    if one.line > other.end_line or other.line > one.end_line:
        return False
    if set(one.sources) & set(other.sources):
        return (one.rules, one.line, one.column) == (other.rules, other.line, other.column)
    same_rule = {canonical(r) for r in one.rules} & {canonical(r) for r in other.rules}
    return bool(same_rule) or (one.cwe is not None and one.cwe == other.cwe)


def _joined(first: Finding, second: Finding) -> Finding:
    return first.model_copy(
        update={
            "severity": min(first.severity, second.severity, key=lambda s: s.rank),
            "end_line": max(first.end_line, second.end_line),
            "sources": tuple(dict.fromkeys(first.sources + second.sources)),
            "rules": tuple(dict.fromkeys(first.rules + second.rules)),
        }
    )
