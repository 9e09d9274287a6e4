"""The diff tab: rows of pipeline.analysis.diff, side by side or one below the other, bounded."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from pipeline.analysis.diff import Row, rows
from pipeline.views.code_text import shorten
from pipeline.views.kept import kept

MAX_ROWS = 2_000
INVISIBLE = (
    "They differ only in characters that a line by line view does not show, such as line ends."
)
SPACES_ONLY = "They differ only in spaces and tabs."
CUT = "The page shows the first part of it."
SIGNS = {
    "added": '+<span class="hidden-text">added</span>',
    "removed": '&minus;<span class="hidden-text">removed</span>',
}


@dataclass(frozen=True)
class DiffRow:
    """One shown line. ``kind`` is same, removed, added or gap; a gap's ``text`` says how much."""

    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class Pair:
    """One row of two columns; ``kind`` is same, changed, removed, added or gap."""

    kind: str
    old: int | None
    left: str
    new: int | None
    right: str


@dataclass(frozen=True)
class Manner:
    """How a diff is shown, as its address says it; what it does not know is as if unsaid."""

    side_by_side: bool = False
    ignore_space: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> Manner:
        return cls(query.get("view") == "side", query.get("space") == "ignore")

    def query(self, **change: bool) -> str:
        """The words of an address for this manner, with a change."""
        view = change.get("side_by_side", self.side_by_side)
        space = change.get("ignore_space", self.ignore_space)
        words = {"view": "side" if view else "", "space": "ignore" if space else ""}
        return urlencode({key: word for key, word in words.items() if word})

    @property
    def other_view(self) -> str:
        return self.query(side_by_side=not self.side_by_side)

    @property
    def other_space(self) -> str:
        return self.query(ignore_space=not self.ignore_space)


@dataclass(frozen=True)
class DiffView:
    """``added`` and ``removed`` count all lines; ``problem`` says what is not shown.

    ``body`` are the rows of the table as HTML; empty where there is nothing to show.
    """

    manner: Manner
    body: SafeString
    added: int
    removed: int
    problem: str = ""


def diff_view(original: str, rebuilt: str, manner: Manner | None = None) -> DiffView:
    """What to show for two texts that are not equal."""
    manner = manner or Manner()
    # The first line of what is kept are the counts: they come of the same long work.
    told = kept.get_once(
        ("diff", manner.query(), original, rebuilt), lambda: _told(original, rebuilt, manner)
    )
    head, _, body = told.partition("\n")
    count, added, removed = (int(number) for number in head.split())
    if not count:
        return DiffView(
            manner, SafeString(""), 0, 0, SPACES_ONLY if manner.ignore_space else INVISIBLE
        )
    problem = CUT if count > MAX_ROWS else ""
    return DiffView(manner, mark_safe(body), added, removed, problem)  # noqa: S308 - of _told


def _told(original: str, rebuilt: str, manner: Manner) -> SafeString:
    """How many rows there are, added and removed; below it the table's rows."""
    lines = rows(original, rebuilt, ignore_space=manner.ignore_space)
    added = sum(row.kind in ("changed", "added") for row in lines)
    removed = sum(row.kind in ("changed", "removed") for row in lines)
    shown = lines[:MAX_ROWS]
    made = (
        map(_side_html, map(_pair, shown)) if manner.side_by_side else map(_html, _stacked(shown))
    )
    return mark_safe(f"{len(lines)} {added} {removed}\n" + "\n".join(made))  # noqa: S308


def _html(row: DiffRow) -> str:
    """Put together here and not in a template: a page has thousands of them."""
    text = html.escape(row.text)
    if row.kind == "gap":
        return f'<tr class="gap"><td colspan="4">{text}</td></tr>'
    return (
        f'<tr class="{row.kind}"><td class="gutter">{_number(row.old)}</td>'
        f'<td class="gutter">{_number(row.new)}</td>'
        f'<td class="sign">{SIGNS.get(row.kind, "")}</td><td>{text}</td></tr>'
    )


def _side_html(pair: Pair) -> str:
    if pair.kind == "gap":
        return f'<tr class="gap"><td colspan="4">{html.escape(pair.left)}</td></tr>'
    left = _cell(pair, pair.old, pair.left, "was")
    return f"<tr>{left}{_cell(pair, pair.new, pair.right, 'came')}</tr>"


def _cell(pair: Pair, number: int | None, text: str, word: str) -> str:
    """A number and a line of one side, empty where the side has none."""
    kind = "none" if number is None else "" if pair.kind == "same" else word
    attribute = f' class="{kind}"' if kind else ""
    return f'<td class="gutter">{_number(number)}</td><td{attribute}>{html.escape(text)}</td>'


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _pair(row: Row) -> Pair:
    if row.kind == "skipped":
        return Pair("gap", None, _gap(row.count), None, "")
    return Pair(row.kind, row.left_line, shorten(row.left), row.right_line, shorten(row.right))


def _gap(count: int) -> str:
    return f"{count:,} unchanged {'line' if count == 1 else 'lines'}"


def _stacked(lines: Iterable[Row]) -> Iterator[DiffRow]:
    """Side by side turned into one below the other: what was removed stands above what came."""
    for changed, run in groupby(lines, key=lambda row: row.kind not in ("same", "skipped")):
        if changed:
            yield from _change(list(run))
        else:
            yield from (_unchanged(row) for row in run)


def _change(run: list[Row]) -> Iterator[DiffRow]:
    for row in run:
        if row.left_line is not None:
            yield DiffRow("removed", row.left_line, None, shorten(row.left))
    for row in run:
        if row.right_line is not None:
            yield DiffRow("added", None, row.right_line, shorten(row.right))


def _unchanged(row: Row) -> DiffRow:
    if row.kind == "skipped":
        return DiffRow("gap", None, None, _gap(row.count))
    return DiffRow("same", row.left_line, row.right_line, shorten(row.right))
