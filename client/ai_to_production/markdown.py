"""The report as markdown, in which nothing of a file's name or a finding's text is taken for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .findings import LEVELS, Outcome
from .showing import plain

SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+.!|~&-])")


def document(outcomes: Sequence[Outcome]) -> str:
    """A table with one line a file, then a section for each."""
    head = ["File", *(level.capitalize() for level in LEVELS), "Confidence"]
    lines = ["# Review at AI to Production", "", _row(head), _row(["---"] * len(head))]
    for outcome in outcomes:
        counts = [str(outcome.count(level)) if outcome.reviewed else "\\-" for level in LEVELS]
        lines.append(
            _row([_text(outcome.target.shown), *counts, _text(outcome.confidence) or "\\-"])
        )
    for outcome in outcomes:
        lines += ["", f"## {_text(outcome.target.shown)}", "", *_section(outcome)]
    return "\n".join(lines) + "\n"


def _section(outcome: Outcome) -> list[str]:
    if outcome.error:
        lines = [f"Not reviewed: {_text(outcome.error)}"]
    elif outcome.is_empty:
        lines = ["Empty, not sent."]
    else:
        lines = [_text(outcome.sentence) or "There is no verdict."]
    if outcome.findings:
        lines.append("")
    for finding in outcome.findings:
        weakness = f", CWE-{finding.cwe}" if finding.cwe else ""
        marked = f" ({_text(finding.marked)})" if finding.marked else ""
        lines.append(
            f"- **{finding.severity}**, line {finding.line}{weakness}: "
            f"{_text(finding.title)}{marked}. {_text(finding.text)}".rstrip()
        )
    if outcome.address:
        lines += ["", f"<{outcome.address}>"]
    return lines


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    return SPECIAL.sub(r"\\\1", plain(text))
