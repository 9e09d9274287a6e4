"""Reports on finished submissions: text for terminals, Markdown, JSON and SARIF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.reports import json_report, markdown, sarif, text
from pipeline.reports.reviewed import ReviewedFile, readable_path, reviewed, with_lives
from pipeline.reports.text import Page

__all__ = [
    "FORMATS",
    "Page",
    "ReviewedFile",
    "readable_path",
    "render",
    "reviewed",
    "suffix_of",
    "with_lives",
]

_WRITERS: Mapping[str, Callable[[Sequence[ReviewedFile]], str]] = {
    "json": json_report.render,
    "sarif": sarif.render,
    "markdown": markdown.render,
}
_SUFFIXES = {"text": ".txt", "json": ".json", "sarif": ".sarif", "markdown": ".md"}
FORMATS = tuple(_SUFFIXES)


def render(files: Sequence[ReviewedFile], name: str, page: Page | None = None) -> str:
    """The report in the format ``name`` (one of FORMATS); ``page`` counts for text only."""
    if name == "text":
        return text.render(files, page)
    return _WRITERS[name](files)


def suffix_of(name: str) -> str:
    """The usual file name ending of a format."""
    return _SUFFIXES[name]
