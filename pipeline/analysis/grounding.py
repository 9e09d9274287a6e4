"""Holds a model's findings to the code: what it quotes must stand there, else it is dropped."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.analysis import masking, source
from pipeline.analysis.types import Finding

SHORTEST_QUOTE = 3  # characters; less is found on any line and proves nothing


def grounded(findings: Iterable[Finding], code: str, shown: str) -> tuple[list[Finding], int]:
    """The findings whose quoted line stands in ``code``, each put where it stands, and how many
    were dropped.

    ``code`` is what the model got; ``shown`` has the same lines as their owner wrote them.

    ``snippet`` holds the quote on entry and the code's own line afterwards. Of several places the
    one nearest to the claimed line is taken.
    """
    lines = source.split_lines(code)
    lines_shown = source.split_lines(shown)
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines, 1):
        places.setdefault(_normalised(line), []).append(number)
    kept, dropped = [], 0
    for finding in findings:
        place = _place_of(finding, places)
        if place is None:
            dropped += 1
        else:
            kept.append(_moved(finding, place, lines_shown))
    return kept, dropped


def _place_of(finding: Finding, places: dict[str, list[int]]) -> int | None:
    quote = next((_normalised(line) for line in finding.snippet.splitlines() if line.strip()), "")
    if len(quote) < SHORTEST_QUOTE:
        return None
    return min(places.get(quote, ()), key=lambda number: abs(number - finding.line), default=None)


def _moved(finding: Finding, line: int, lines: list[str]) -> Finding:
    length = max(0, finding.end_line - finding.line)
    end_line = min(line + length, len(lines))
    snippet = masking.mask(source.snippet(lines, line, end_line, 1))
    return finding.model_copy(update={"line": line, "end_line": end_line, "snippet": snippet})


def _normalised(line: str) -> str:
    return " ".join(line.split())
