"""Finds the comments and strings that speak to a language model, and gives the text without any.

What is left keeps every line and its length where it was, so that a place in the one text is the
place in the other. Identifiers stay: without them there would be no code to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from pygments.token import Comment, String, _TokenType  # type: ignore[import-untyped]

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.highlight import LEXERS
from pipeline.analysis.orders import speaks

MOST_LINES = 20  # that are named
# What makes a string work stays: escapes, placeholders, quotes and all that is no word.
_WORD = re.compile(r"\\.|%\(?\w*\)?[a-z]|\{\w*\}|(\w)", re.DOTALL)
_VISIBLE = re.compile(r"[^\r\n]")
Run = tuple[str, str]  # "comment", "string" or "", and its text


def runs(text: str, language: str) -> list[Run]:
    """The text in pieces of one kind; together they are the text."""
    tokens = LEXERS[language].get_tokens_unprocessed(text)
    pieces = ((_kind(kind), value) for _, kind, value in tokens)
    return [
        (kind, "".join(value for _, value in group))
        for kind, group in groupby(_filled(pieces), key=lambda piece: piece[0])
    ]


def _filled(pieces: Iterable[Run]) -> Iterable[Run]:
    """Blank space between two comments belongs to them: an order may stand on several lines."""
    last = ""
    for kind, value in pieces:
        if kind or value.strip():
            last = kind
        yield (last if last == "comment" and not value.strip() else kind), value


def _kind(token: _TokenType) -> str:
    if token in Comment and token not in Comment.Preproc:
        return "comment"
    return "string" if token in String else ""


def without_words(kind: str, text: str) -> str:
    """A piece of the text as it is left: no comment, and of a string its form."""
    if kind == "comment":
        return _VISIBLE.sub(" ", text)
    if kind == "string":
        return _WORD.sub(lambda found: "x" if found[1] else found[0], text)
    return text


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code", "language"}`` to ``{"lines", "stripped"}``.

    ``lines``: where comments or strings begin that speak to a model, counted from 1. Without any
    the text is not stripped.
    """
    if payload["language"] not in LEXERS:
        raise TaskRefused("this language has no words that are known")
    pieces = runs(payload["code"], payload["language"])
    lines, line = [], 1
    for kind, text in pieces:
        if kind and speaks(text):
            lines.append(line + text[: len(text) - len(text.lstrip())].count("\n"))
        line += text.count("\n")
    stripped = "".join(without_words(*piece) for piece in pieces) if lines else ""
    return {"lines": lines[:MOST_LINES], "stripped": stripped}
