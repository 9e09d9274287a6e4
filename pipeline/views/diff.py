"""The diff tab: the rows of pipeline.analysis.diff, one below the other, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from pipeline.analysis.diff import Row, rows
from pipeline.views.code_text import shorten

MAX_ROWS = 2_000
INVISIBLE = (
    "They differ only in characters that a line by line view does not show, such as line ends."
)
CUT = "The page shows the first part of it."


@dataclass(frozen=True)
class DiffRow:
    """One shown line. ``kind`` is same, removed, added or gap; a gap's ``text`` says how much."""

    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class DiffView:
    """``added`` and ``removed`` count all lines; ``problem`` says what is not shown."""

    rows: tuple[DiffRow, ...]
    added: int
    removed: int
    problem: str = ""


def diff_view(original: str, rebuilt: str) -> DiffView:
    """What to show for two texts that are not equal."""
    lines = rows(original, rebuilt)
    if not lines:
        return DiffView((), 0, 0, INVISIBLE)
    shown = tuple(_stacked(lines[:MAX_ROWS]))
    return DiffView(
        rows=shown,
        added=sum(row.kind in ("changed", "added") for row in lines),
        removed=sum(row.kind in ("changed", "removed") for row in lines),
        problem=CUT if len(lines) > MAX_ROWS else "",
    )


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
        lines = "line" if row.count == 1 else "lines"
        return DiffRow("gap", None, None, f"{row.count:,} unchanged {lines}")
    return DiffRow("same", row.left_line, row.right_line, shorten(row.left))
