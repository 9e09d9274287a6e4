"""Constructs that are newer than the grammars here: what is refused at one of them is not broken.

Each was tried on the pinned grammars and refused; a test holds the list to that, so that an entry
goes when a grammar has caught up.
"""

from __future__ import annotations

import re

NEWER: dict[str, tuple[tuple[str, str], ...]] = {
    "javascript": (
        (r"\bimport\s+(?:defer|source)\b", "deferred and source imports"),
        (r"\baccessor\s+[\w#\[]", "auto-accessors"),
    ),
    "typescript": (
        (r"\bimport\s+(?:defer|source)\b", "deferred and source imports"),
        (r"\bin\s+out\s+\w", "variance annotations"),
        (r"\bexport\s+type\s*\*", "type-only star exports"),
        (r"\bfor\s*\(\s*(?:await\s+)?using\b", "using declarations in loops"),
        (r"\bexport\s+default\s+abstract\b", "abstract default exports"),
    ),
    "java": (
        (r"\bimport\s+module\b", "module imports (Java 25)"),
        (r"\b(?:super|this)\s*\(", "statements before super() or this() (Java 25)"),
    ),
    "go": ((r"\bnew\(\s*[\d\"`]", "new() with a value (Go 1.26)"),),
    "rust": (
        (r"\bgen\s+(?:fn|move|\{)", "generators"),
        (r"\bsafe\s+(?:fn|static)\b", "safe items in extern blocks (Rust 1.82)"),
    ),
}
_COMPILED = {
    language: tuple((re.compile(mark), name) for mark, name in marks)
    for language, marks in NEWER.items()
}
WINDOW = 500  # characters around an error that are looked at


def newer_construct(around: str, language: str) -> str:
    """What the text around an error may be that the grammar does not know yet; else ""."""
    marks = _COMPILED.get(language, ())
    return next((name for mark, name in marks if mark.search(around[:WINDOW])), "")
