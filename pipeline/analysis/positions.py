"""From an offset in a text to its line and column, in logarithmic time."""

from __future__ import annotations

import re
from bisect import bisect_right

_LINE_END = re.compile(r"\r\n|\r|\n")


class Positions:
    """Knows where the lines of one text start."""

    def __init__(self, code: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(code))]

    def of(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset from 0."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
