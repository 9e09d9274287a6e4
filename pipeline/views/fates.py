"""What became of each finding in the rebuilt code: measured where both were, else by its lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from pipeline.analysis.diff import opcodes
from pipeline.analysis.findings import worst_first
from pipeline.analysis.source import split_lines
from pipeline.analysis.types import Finding, Verdict
from pipeline.templatetags.display import code_page, visible
from pipeline.views.code_lines import href_of
from pipeline.views.kept import kept_lines

GONE = "Gone"
THERE = "Still there"
SAME_LINE = "Line unchanged"
OTHER_LINE = "Line changed"


@dataclass(frozen=True)
class FateRow:
    """``line`` is where it, or its line, stands in the rebuilt code; None where there is none.

    ``measured`` says that scanners looked at both texts; without them only lines are compared.
    """

    finding: Finding
    href: str
    word: str
    line: int | None
    measured: bool


def fates_of(
    findings: Iterable[Finding], verdict: Verdict | None, original: str, rebuilt: str
) -> list[FateRow]:
    """Of all findings, worst first."""
    measured = {fate.fingerprint: fate.line for fate in verdict.fates} if verdict else {}
    ordered = worst_first(findings)
    all_measured = all(finding.fingerprint in measured for finding in ordered)
    moved = {} if all_measured else lines_moved(original, rebuilt)
    return [
        _fate(finding, href_of(position, finding), measured, moved)
        for position, finding in enumerate(ordered)
    ]


def counts(rows: Iterable[FateRow]) -> dict[str, int]:
    """How many there are of each word, in the order in which they are told."""
    words = [row.word for row in rows]
    return {word: words.count(word) for word in (GONE, THERE, SAME_LINE, OTHER_LINE)}


def _fate(
    finding: Finding,
    href: str,
    measured: Mapping[str, int | None],
    moved: Mapping[int, int],
) -> FateRow:
    if finding.fingerprint in measured:
        line = measured[finding.fingerprint]
        return FateRow(finding, href, GONE if line is None else THERE, line, True)
    line = moved.get(finding.line)
    return FateRow(finding, href, OTHER_LINE if line is None else SAME_LINE, line, False)


def list_html(rows: Iterable[FateRow]) -> SafeString:
    """The list's items. Put together here and not in a template: there may be hundreds."""
    return mark_safe("\n".join(map(_item, rows)))  # noqa: S308 - what comes from outside is escaped


def _item(row: FateRow) -> str:
    finding = row.finding
    said = f"{row.word.lower()}, line {row.line}"
    where = _link(row.line, said) if row.line else row.word.lower()
    title = escape(visible(finding.title))
    return (
        f'<li class="row"><span class="number">{where}</span>'
        f'<span class="grow"><a href="{escape(row.href)}">{title}</a></span>'
        f'<span class="quiet">{finding.severity}, was on line {finding.line}</span></li>'
    )


def _link(line: int, said: str) -> str:
    return f'<a href="?tab=rebuilt&amp;page={code_page(line)}#L{line}">{said}</a>'


def lines_moved(original: str, rebuilt: str) -> dict[int, int]:
    """Where each unchanged line of the original stands in the rebuilt code."""
    return kept_lines.get_once(
        ("moved", original, rebuilt), lambda: _lines_moved(original, rebuilt)
    )


def _lines_moved(original: str, rebuilt: str) -> dict[int, int]:
    moved: dict[int, int] = {}
    for tag, start, end, start_new, _ in opcodes(split_lines(original), split_lines(rebuilt)):
        if tag == "equal":
            moved |= {n + 1: n + 1 + start_new - start for n in range(start, end)}
    return moved
