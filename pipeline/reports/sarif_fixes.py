"""The rebuilt code as a SARIF fix: replacements that turn the original into it."""

from __future__ import annotations

from typing import Any

from pipeline.analysis.types import Finding
from pipeline.reports.line_diff import Hunk, hunks, split
from pipeline.reports.reviewed import ReviewedFile

MOST_BYTES = 2_000_000
BYTES_A_HUNK = 300
Json = dict[str, Any]


class Fixes:
    """Offers one file's rebuilt code as the fix of the findings that it touches.

    It is always the whole of it: the verdict measured all changes together, and one without
    another (a call without its import) was never checked. Since each finding repeats it, only
    the first findings get one when it is long.
    """

    def __init__(self, file: ReviewedFile, location: Json) -> None:
        rebuilt = file.rebuild.code if file.rebuild and file.is_changed else file.code
        self._hunks = hunks(file.code, rebuilt)
        lines = split(file.code)
        self._fix: Json = {
            "description": {"text": "All changes of the rebuilt code: they were checked together."},
            "artifactChanges": [
                {
                    "artifactLocation": location,
                    "replacements": [_replacement(hunk, lines) for hunk in self._hunks],
                }
            ],
        }
        size = sum(BYTES_A_HUNK + sum(map(len, hunk.inserted)) for hunk in self._hunks)
        self._left = max(1, MOST_BYTES // max(1, size))

    def of(self, finding: Finding) -> list[Json]:
        """The fix, if it changes what the finding stands on, in a list; else an empty one."""
        if not self._left or not any(_touches(hunk, finding) for hunk in self._hunks):
            return []
        self._left -= 1
        return [self._fix]


def _touches(hunk: Hunk, finding: Finding) -> bool:
    return hunk.start < finding.end_line and finding.line <= hunk.end


def _replacement(hunk: Hunk, lines: list[str]) -> Json:
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
