"""Makes hostile text harmless to show: what could steer a terminal or deceive a reader is spelled.

Titles, snippets and file names come from submitted code or from a model that read it.
"""

from __future__ import annotations

import re
import unicodedata

TAB = "    "
_LINE_END = re.compile(r"\r\n|\r|\n")
_DECEIVING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str) -> str:
    """The text on one line, every control, format or unassigned character as an escape.

    Line ends and tabs become single spaces, so that nothing can begin a line of its own.
    """
    return " ".join(_spelled(part) for part in re.split(r"[\r\n\t]+", text)).strip()


def lines_of(text: str) -> list[str]:
    """The lines of a text, each safe to print; tabs are four columns."""
    return [_spelled(line.replace("\t", TAB)) for line in _LINE_END.split(text)]


def _spelled(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spell(c) if unicodedata.category(c) in _DECEIVING else c for c in text)


def _spell(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
