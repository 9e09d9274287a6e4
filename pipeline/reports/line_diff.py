"""Which lines differ between original and rebuilt code, computed in bounded time.

Ends that both texts share are cut off first; what is left is compared line by line, or, if that
could take long, reported as one block.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_COMPARISONS = 1_000_000  # lines of one times lines of the other
CONTEXT = 3
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Hunk:
    """Lines ``start`` up to ``end`` (from 0, end excluded) of the original become ``inserted``."""

    start: int
    end: int
    inserted: tuple[str, ...]


def split(code: str) -> list[str]:
    """The lines with their ends; they end at LF, CRLF or CR, as everywhere in findings."""
    return _LINE.findall(code)


def hunks(original: str, rebuilt: str) -> list[Hunk]:
    """All differences, in order; applying them to the original gives the rebuilt code."""
    before, after = split(original), split(rebuilt)
    return [
        Hunk(i1, i2, tuple(after[j1:j2]))
        for tag, i1, i2, j1, j2 in _opcodes(before, after)
        if tag != "equal"
    ]


def unified(original: str, rebuilt: str) -> str:
    """A diff for reading, with three lines around each change and no file names."""
    before = split(original)
    out: list[str] = []
    for hunk in hunks(original, rebuilt):
        first, last = max(0, hunk.start - CONTEXT), min(len(before), hunk.end + CONTEXT)
        out.append(f"@@ line {hunk.start + 1} @@")
        out += [f" {line}" for line in before[first : hunk.start]]
        out += [f"-{line}" for line in before[hunk.start : hunk.end]]
        out += [f"+{line}" for line in hunk.inserted]
        out += [f" {line}" for line in before[hunk.end : last]]
    return "\n".join(line.rstrip("\r\n") for line in out)


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(left) * len(right) > MOST_COMPARISONS:
        yield "replace", head, head + len(left), head, head + len(right)
        return
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag, head + i1, head + i2, head + j1, head + j2


def _common(before: list[str], after: list[str]) -> int:
    """How many lines are equal from the start."""
    pairs = zip(before, after, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
