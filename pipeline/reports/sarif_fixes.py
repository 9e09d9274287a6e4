"""The rebuilt code as a SARIF fix: replacements that turn the original into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.analysis.types import Finding
from pipeline.reports.line_diff import Hunk, hunks
from pipeline.reports.reviewed import ReviewedFile

Json = dict[str, Any]


def changes_of(file: ReviewedFile) -> list[Hunk]:
    """What the rebuilt code changes; empty when there is none or it is the same."""
    if file.rebuild is None or not file.is_changed:
        return []
    return hunks(file.code, file.rebuild.code)


def fix_for(
    finding: Finding, changes: Sequence[Hunk], lines: Sequence[str], location: Json
) -> Json | None:
    """The rebuilt code, if it changes what the finding stands on, else None.

    It is always the whole of it: the verdict measured all changes together, and one without
    another (a call without its import) was never checked. ``lines`` are the original's.
    """
    if not any(_touches(hunk, finding) for hunk in changes):
        return None
    return {
        "description": {"text": "All changes of the rebuilt code, which were checked together."},
        "artifactChanges": [
            {
                "artifactLocation": location,
                "replacements": [_replacement(hunk, lines) for hunk in changes],
            }
        ],
    }


def _touches(hunk: Hunk, finding: Finding) -> bool:
    return hunk.start < finding.end_line and finding.line <= hunk.end


def _replacement(hunk: Hunk, lines: Sequence[str]) -> Json:
    """Regions end before the line end where both sides have the same one."""
    deleted, inserted = lines[hunk.start : hunk.end], "".join(hunk.inserted)
    start, end = (hunk.start + 1, 1), (hunk.end + 1, 1)
    if deleted:
        last = deleted[-1].rstrip("\r\n")
        line_end = deleted[-1][len(last) :]
        if inserted.endswith(line_end):
            end = (hunk.end, len(last) + 1)
            inserted = inserted.removesuffix(line_end)
    return {
        "deletedRegion": {
            "startLine": start[0],
            "startColumn": start[1],
            "endLine": end[0],
            "endColumn": end[1],
        },
        "insertedContent": {"text": inserted},
    }
