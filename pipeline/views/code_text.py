"""Submitted code as a page shows it: numbered, bounded, nothing hidden in it.

No analysis happens here: this runs in the web thread, and the code is hostile. All work is linear
in what is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.templatetags.display import visible

MAX_LINES = 5_000
MAX_LINE_LENGTH = 2_000
_ENDS = re.compile(r"(?<=\r)|\n")  # once no carriage return is half of a line end


@dataclass(frozen=True)
class CodeText:
    """``count`` is that of the text's lines; ``cut`` says that something is missing."""

    count: int
    text: str
    cut: bool

    @property
    def numbers(self) -> str:
        """As many lines as the text has."""
        return "\n".join(map(str, range(1, self.count + 1)))


def lines_of(code: str) -> list[str]:
    """The lines as findings count them (pipeline.analysis.source): a carriage return alone ends one
    too, and stays at its end, to be seen."""
    text = code.replace("\r\n", "\n")
    lines = _ENDS.split(text) if "\r" in text else text.split("\n")
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()
    return lines


def shorten(line: str) -> str:
    """One line, cut to a length that a browser can lay out, its unseen characters named."""
    return visible(_cut(line.removesuffix("\r")))


def _cut(line: str) -> str:
    rest = len(line) - MAX_LINE_LENGTH
    end = f" [{rest:,} more characters]" if rest > 0 else ""
    return line[:MAX_LINE_LENGTH] + end


def code_text(lines: Sequence[str]) -> CodeText:
    """The first lines, at most MAX_LINES, each at most MAX_LINE_LENGTH characters."""
    cut = len(lines) > MAX_LINES or max(map(len, lines), default=0) > MAX_LINE_LENGTH
    shown = [_cut(line) for line in lines[:MAX_LINES]] if cut else lines
    return CodeText(len(shown), visible("\n".join(shown)), cut)
