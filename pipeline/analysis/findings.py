"""Turns what a scanner saw into a Finding in our own words, and gives it its fingerprint."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.analysis import masking, source
from pipeline.analysis.knowledge import explain
from pipeline.analysis.types import Finding, Severity

HARD_CODED_SECRET = 798
MOST_FINDINGS = 300  # of one scanner in one text


@dataclass(frozen=True)
class Hit:
    """One place that a scanner or one of our own checks reported."""

    source: str
    rule: str
    line: int
    end_line: int
    column: int = 1
    detail: str = ""  # the scanner's own words about this place; never a secret
    severity: Severity | None = None  # where this place deserves another one than its rule


def build(hit: Hit, lines: Sequence[str]) -> Finding:
    """The finding for a hit in a text whose lines are ``lines``."""
    about = explain(hit.rule)
    line = min(max(hit.line, 1), max(len(lines), 1))
    end_line = min(max(hit.end_line, line), max(len(lines), line))
    detail = f"{hit.detail.rstrip('.')}. " if hit.detail else ""
    shown = source.snippet(lines, line, end_line, hit.column)
    hide = masking.mask_all_strings if about.cwe == HARD_CODED_SECRET else masking.mask
    return Finding(
        severity=hit.severity or about.severity,
        cwe=about.cwe,
        line=line,
        end_line=end_line,
        column=max(hit.column, 1),
        title=about.title,
        description=detail + about.description,
        impact=about.impact,
        action=about.action,
        snippet=hide(shown),
        sources=(hit.source,),
        rules=(hit.rule,),
        fingerprint="",
    )


def report(hits: Sequence[Hit], lines: Sequence[str]) -> dict[str, Any]:
    """A scanner task's answer: findings as JSON, the worst ones if there are far too many."""
    found = [build(hit, lines) for hit in hits]
    kept = worst_first(found)[:MOST_FINDINGS]
    left_out = len(found) - len(kept)
    note = f"{left_out} more findings are not listed" if left_out else ""
    return {"findings": [finding.model_dump(mode="json") for finding in kept], "note": note}


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """In the order in which people are told of them; of equally bad ones in that of the code."""
    return sorted(findings, key=lambda each: (each.severity.rank, each.line, each.column))


def with_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each with SHA-256 (hex) of its normalised snippet and CWE.

    Moving or indenting the code changes nothing. Equal lines with an equal problem get a number by
    their order in the file, so that each has its own fingerprint.
    """
    seen: Counter[str] = Counter()
    result = []
    for finding in findings:
        basis = f"{' '.join(finding.snippet.split())}\0{finding.cwe}"
        seen[basis] += 1
        numbered = basis if seen[basis] == 1 else f"{basis}\0{seen[basis]}"
        fingerprint = hashlib.sha256(numbered.encode("utf-8", "replace")).hexdigest()
        result.append(finding.model_copy(update={"fingerprint": fingerprint}))
    return tuple(result)
