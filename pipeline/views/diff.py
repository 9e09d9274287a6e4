"""The rows of the diff tab."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 3


@dataclass(frozen=True)
class DiffRow:
    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class DiffView:
    rows: tuple[DiffRow, ...]
    added: int
    removed: int
    problem: str = ""


def diff_view(original: str, rebuilt: str) -> DiffView:
    """temp"""
    a, b = original.split("\n"), rebuilt.split("\n")
    rows: list[DiffRow] = []
    for group in SequenceMatcher(None, a, b).get_grouped_opcodes(CONTEXT):
        rows.append(DiffRow("gap", None, None, f"From line {group[0][1] + 1}"))
        for tag, i, j, k, m in group:
            if tag == "equal":
                rows += [DiffRow("same", i + n + 1, k + n + 1, a[i + n]) for n in range(j - i)]
            else:
                rows += [DiffRow("removed", n + 1, None, a[n]) for n in range(i, j)]
                rows += [DiffRow("added", None, n + 1, b[n]) for n in range(k, m)]
    return DiffView(
        tuple(rows),
        sum(r.kind == "added" for r in rows),
        sum(r.kind == "removed" for r in rows),
    )
