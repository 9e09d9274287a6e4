"""The column of line numbers beside shown code; numbers of lines with findings lead to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from pipeline.templatetags.display import visible


@dataclass(frozen=True)
class Line:
    """A line with findings: its number, where the worst of them stands, and what it says."""

    number: int
    href: str
    found: str


def gutter(first: int, last: int, links: Mapping[int, Line]) -> SafeString:
    """The numbers from ``first`` to ``last``, one a line, each with the anchor ``L`` and itself.

    Put together here and not in a template: a page has thousands of them.
    """
    lines = [
        _linked(links[n]) if n in links else f'<span id="L{n}" aria-hidden="true">{n}</span>'
        for n in range(first, last + 1)
    ]
    return mark_safe("\n".join(lines))  # noqa: S308 - numbers, and what is escaped


def _linked(line: Line) -> str:
    href, found = escape(line.href), escape(visible(line.found))
    return (
        f'<a id="L{line.number}" href="{href}" title="{found}" '
        f'aria-label="Line {line.number}, {found}">{line.number}</a>'
    )
