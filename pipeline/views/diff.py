"""The diff tab: rows of pipeline.analysis.diff, side by side or one below the other, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import QueryDict

from pipeline.analysis.diff import Row, rows
from pipeline.views.code_text import shorten

MAX_ROWS = 2_000
INVISIBLE = (
    "They differ only in characters that a line by line view does not show, such as line ends."
)
SPACES_ONLY = "They differ only in spaces and tabs."
CUT = "The page shows the first part of it."


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

    Side by side, ``pairs`` are what is shown; one below the other, ``rows`` are.
    """

    manner: Manner
    rows: tuple[DiffRow, ...]
    pairs: tuple[Pair, ...]
    added: int
    removed: int
    problem: str = ""


def diff_view(original: str, rebuilt: str, manner: Manner | None = None) -> DiffView:
    """What to show for two texts that are not equal."""
    manner = manner or Manner()
    lines = rows(original, rebuilt, ignore_space=manner.ignore_space)
    if not lines:
        problem = SPACES_ONLY if manner.ignore_space else INVISIBLE
        return DiffView(manner, (), (), 0, 0, problem)
    shown = lines[:MAX_ROWS]
    side = manner.side_by_side
    return DiffView(
        manner=manner,
        rows=() if side else tuple(_stacked(shown)),
        pairs=tuple(_pair(row) for row in shown) if side else (),
        added=sum(row.kind in ("changed", "added") for row in lines),
        removed=sum(row.kind in ("changed", "removed") for row in lines),
        problem=CUT if len(lines) > MAX_ROWS else "",
    )


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
