"""Declarations and imports of a text by its tokens, for languages that are not parsed here.

The lexer tells comments and strings from code; declarations are then recognised line by line. That
is good enough for an overview and is never presented as more.
"""

from __future__ import annotations

import re
from typing import Any

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Comment, String  # type: ignore[import-untyped]

from pipeline.analysis.declarations import DECLARATIONS, IMPORTS, Kind
from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.positions import Positions
from pipeline.analysis.source import BOM
from pipeline.analysis.types import Component

MOST_COMPONENTS = 300
MOST_IMPORTS = 200
_NOT_A_LINE_END = re.compile(r"[^\r\n]")

_LEXERS: dict[str, Lexer] = {
    key: get_lexer_by_name(language.lexer, stripnl=False, ensurenl=False)
    for key, language in LANGUAGES.items()
}
for _lexer in _LEXERS.values():
    list(_lexer.get_tokens("a"))  # compiles its patterns once, in the server


def blanked(code: str, language: str) -> tuple[str, str]:
    """The text with comments blanked, and with comments and strings blanked; nothing moves."""
    without_comments, without_strings = [], []
    text = code.replace(BOM, " ")
    for _, kind, value in _LEXERS[language].get_tokens_unprocessed(text):
        blank = _NOT_A_LINE_END.sub(" ", value)
        comment = (
            kind in Comment and kind not in Comment.Preproc and kind not in Comment.PreprocFile
        )
        without_comments.append(blank if comment else value)
        without_strings.append(blank if comment or kind in String else value)
    return "".join(without_comments), "".join(without_strings)


def outline(code: str, language: str) -> tuple[list[Component], list[str]]:
    """Components in text order and the names of what is imported."""
    commentless, bare = blanked(code, language)
    return _components(bare, commentless, language), _imports(commentless, language)


def _components(bare: str, commentless: str, language: str) -> list[Component]:
    positions = Positions(bare)
    found: dict[tuple[int, str], Kind] = {}
    for declaration in DECLARATIONS[language]:
        text = commentless if declaration.in_strings else bare
        for match in declaration.pattern.finditer(text):
            line, _ = positions.of(match.start("name"))
            found.setdefault((line, match["name"]), declaration.kind)
            if len(found) >= MOST_COMPONENTS:
                break
    return [
        Component(kind=kind, name=name.strip(), line=line, end_line=line)
        for (line, name), kind in sorted(found.items())
    ]


def _imports(commentless: str, language: str) -> list[str]:
    names = (
        match["name"].strip()
        for pattern in IMPORTS[language]
        for match in pattern.finditer(commentless)
    )
    return list(dict.fromkeys(names))[:MOST_IMPORTS]


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code", "language"}`` to components, imports and assumptions."""
    components, imports = outline(payload["code"], payload["language"])
    return {
        "components": [component.model_dump(mode="json") for component in components],
        "imports": imports,
        "assumptions": [],
    }
