"""Ways to look at a text as parsers see it: lines, snippets, and a copy that parsers accept.

Python, bandit and ruff all end a line at LF, CRLF or CR and nowhere else; ``str.splitlines`` also
splits at form feeds and Unicode separators and would shift every number after one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BOM = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(r"^([ \t\f]*#.*?)coding([:=])")
COOKIE_LINES = 2

SNIPPET_LINES = 6
SNIPPET_WIDTH = 160


def split_lines(code: str) -> list[str]:
    """The lines without their ends; a last line end does not start another line."""
    lines = _LINE_END.split(code)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def for_parsers(code: str) -> str:
    """The same text without byte order mark, and with encoding cookies defused.

    We hand over UTF-8; a cookie that claims something else must not make a scanner misread or
    refuse the file. All lines and columns stay where they are, but for the mark itself.
    """
    lines = code.removeprefix(BOM).split("\n", COOKIE_LINES)
    head = [_COOKIE.sub(r"\1cod1ng\2", line) for line in lines[:COOKIE_LINES]]
    return "\n".join(head + lines[COOKIE_LINES:])


def snippet(lines: Sequence[str], line: int, end_line: int, column: int = 1) -> str:
    """Lines ``line`` to ``end_line`` (from 1), cut to a readable size around ``column``."""
    wanted = list(lines[line - 1 : min(end_line, line + SNIPPET_LINES - 1)])
    if not wanted:
        return ""
    wanted[0] = _window(wanted[0], column)
    shown = [text if len(text) <= SNIPPET_WIDTH else text[:SNIPPET_WIDTH] + " …" for text in wanted]
    return "\n".join(shown)


def _window(text: str, column: int) -> str:
    """The part of a very long line that the finding stands on."""
    start = column - 1 - SNIPPET_WIDTH // 2
    if len(text) <= SNIPPET_WIDTH or start <= 0:
        return text
    return "… " + text[start : start + SNIPPET_WIDTH]
