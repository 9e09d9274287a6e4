"""A second witness beside the grammar: do the brackets match, comments and strings left out?

It knows no grammar, so it agrees with one for other reasons. Where a text's brackets need not
match (macros that hold half of a pair) it abstains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.analysis.outline import blanked
from pipeline.analysis.positions import Positions

PAIRS = {")": "(", "]": "[", "}": "{"}
_BRACKET = re.compile(r"[()\[\]{}]")
_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(\w+)")
WITH_DIRECTIVES = ("c", "cpp", "csharp")


@dataclass(frozen=True)
class Mismatch:
    """A bracket without its partner. Lines count from 1."""

    line: int
    message: str


def mismatch(code: str, language: str) -> Mismatch | None:
    """The first bracket that closes nothing, else the last that is never closed, else None."""
    _, bare = blanked(code, language)
    if language in WITH_DIRECTIVES:
        kept = _first_branches(bare)
        if kept is None:
            return None
        bare = kept
    return _unmatched(bare, Positions(bare))


def _unmatched(bare: str, positions: Positions) -> Mismatch | None:
    open_ones: list[re.Match[str]] = []
    for match in _BRACKET.finditer(bare):
        if match[0] not in PAIRS:
            open_ones.append(match)
            continue
        line = positions.of(match.start())[0]
        if not open_ones:
            return Mismatch(line, f"the '{match[0]}' closes nothing")
        opened = open_ones.pop()
        if opened[0] != PAIRS[match[0]]:
            at = positions.of(opened.start())[0]
            return Mismatch(line, f"the '{match[0]}' meets the '{opened[0]}' of line {at}")
    if not open_ones:
        return None
    line = positions.of(open_ones[-1].start())[0]
    return Mismatch(line, f"the '{open_ones[-1][0]}' is never closed")


def _first_branches(bare: str) -> str | None:
    """The text without directives, and of conditional branches the first only; lines stay.

    None where a macro holds half of a pair: then brackets prove nothing.
    """
    kept: list[str] = []
    hidden: list[bool] = []  # for each open conditional: is a later branch of it being read?
    continued = False
    for line in bare.split("\n"):
        directive = _DIRECTIVE.match(line)
        if directive or continued:
            if directive:
                _branch(directive[1], hidden)
            if _unbalanced(line) and not any(hidden):
                return None
            kept.append("")
        else:
            kept.append("" if any(hidden) else line)
        continued = bool(directive or continued) and line.rstrip().endswith("\\")
    return "\n".join(kept)


def _branch(directive: str, hidden: list[bool]) -> None:
    if directive in ("if", "ifdef", "ifndef"):
        hidden.append(False)
    elif directive in ("else", "elif", "elifdef", "elifndef") and hidden:
        hidden[-1] = True
    elif directive == "endif" and hidden:
        hidden.pop()


def _unbalanced(line: str) -> bool:
    return any(line.count(opening) != line.count(closing) for closing, opening in PAIRS.items())
