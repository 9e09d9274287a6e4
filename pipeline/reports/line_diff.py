"""Which lines differ between original and rebuilt code, with their line ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.analysis.diff import opcodes

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
        for tag, i1, i2, j1, j2 in opcodes(before, after)
        if tag != "equal"
    ]
