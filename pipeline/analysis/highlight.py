"""What kind of word stands where in a text, for a page that shows code. Understands nothing of it.

The answer holds no text: runs of a kind and a length that cover the text from its start to its
end, so that whoever has the text can mark it without any change to its lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Keyword,
    Name,
    Operator,
    String,
    _TokenType,
)

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.languages import LANGUAGES

PLAIN = ""
MOST_MARKED = 20_000  # more marked runs than that are a burden for a browser

# The first that fits counts. "definition" is the name that a function or class is given.
_KINDS = (
    (Comment.Preproc, "keyword"),
    (Comment.PreprocFile, "string"),
    (Comment, "comment"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Name.Tag, "keyword"),
    (String, "string"),
    (Name.Function, "definition"),
    (Name.Class, "definition"),
)

LEXERS: dict[str, Lexer] = {
    key: get_lexer_by_name(language.lexer, stripnl=False, ensurenl=False)
    for key, language in LANGUAGES.items()
}
for _lexer in LEXERS.values():
    list(_lexer.get_tokens("a"))  # compiles its patterns once, in the server


def runs(text: str, language: str) -> list[tuple[str, int]]:
    """Kind and length of each run; the lengths add up to the length of the text."""
    tokens = LEXERS[language].get_tokens_unprocessed(text)
    kinds = ((_kind(kind), len(value)) for _, kind, value in tokens)
    merged = [(kind, _total(group)) for kind, group in groupby(kinds, key=lambda run: run[0])]
    return [(kind, length) for kind, length in merged if length]


def _kind(token: _TokenType) -> str:
    return next((kind for family, kind in _KINDS if token in family), PLAIN)


def _total(group: Iterable[tuple[str, int]]) -> int:
    return sum(length for _, length in group)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"text", "language"}`` to ``{"runs"}``. Refuses what is too finely mixed."""
    if payload["language"] not in LEXERS:
        raise TaskRefused("this language has no words that are known")
    found = runs(payload["text"], payload["language"])
    if sum(kind != PLAIN for kind, _ in found) > MOST_MARKED:
        raise TaskRefused("there is too much to mark")
    return {"runs": found}
