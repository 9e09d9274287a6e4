"""What people read while and after files are reviewed: the progress and the summary table."""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from .findings import LEVELS, Outcome

BAR = 20
CLEAR = "\r\x1b[2K"
DECEIVING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
HEADS = ("Critical", "High", "Medium", "Low", "Marked", "New")
CONFIDENCE = "Confidence"
NONE = "-"


class Progress:
    """On a terminal one line that is overwritten; elsewhere one line for each file that is done."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self.stream = stream
        self.total = total
        self.done = 0
        self.is_terminal = stream.isatty()
        self._began = time.monotonic()

    def step(self, outcome: Outcome | None) -> None:
        """A file is done, or, without one, only time has passed."""
        self.done += outcome is not None
        if self.is_terminal:
            self._draw()
        elif outcome is not None:
            name = plain(outcome.target.shown)
            self._show(f"- [{self.done}/{self.total}] {name}: {in_short(outcome)}\n")

    def end(self) -> None:
        if self.is_terminal:
            self._show(CLEAR)

    def _draw(self) -> None:
        full = BAR * self.done // max(1, self.total)
        seconds = time.monotonic() - self._began
        line = (
            f"[{'#' * full}{'-' * (BAR - full)}] {self.done}/{self.total} files · {seconds:.0f} s"
        )
        room = shutil.get_terminal_size().columns - 1
        self._show(f"{CLEAR}{line[:room]}")

    def _show(self, text: str) -> None:
        """Nobody has to be there to see it, as in ``review ... 2>&1 | head``."""
        show(self.stream, text)


def show(stream: TextIO, text: str) -> OSError | None:
    """Write at once, or say why that fails. What comes later is swallowed then: Python would end
    with a code of its own over what it cannot write in the end."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def summary(outcomes: Sequence[Outcome]) -> str:
    """A table with one line a file, then every finding that counts, then what failed."""
    rows = [_row(outcome) for outcome in outcomes]
    columns = [[int(row[at]) for row in rows if row[at] != NONE] for at in range(1, 1 + len(HEADS))]
    total = ["Total", *(str(sum(column)) for column in columns)]
    table = [["File", *HEADS, CONFIDENCE], *rows, [*total, ""]]
    widths = [max(len(row[at]) for row in table) for at in range(2 + len(HEADS))]
    lines = [_line(row, widths) for row in table]
    lines += ["", *_details(outcomes)] if _details(outcomes) else []
    return "\n".join(lines) + "\n"


def in_short(outcome: Outcome) -> str:
    """What came of a file in a few words."""
    if outcome.error:
        return f"not reviewed: {plain(outcome.error)}"
    if outcome.is_empty:
        return "empty, not sent"
    counts = [f"{outcome.count(level)} {level.lower()}" for level in LEVELS if outcome.count(level)]
    return ", ".join(counts) or "nothing found"


def plain(text: str) -> str:
    """The text on one line, with nothing in it that could steer a terminal."""
    return "".join(
        character if unicodedata.category(character) not in DECEIVING
        else " " if character in "\r\n\t"
        else f"\\u{ord(character):04x}"
        for character in text
    )  # fmt: skip


def _row(outcome: Outcome) -> list[str]:
    if not outcome.reviewed:
        return [plain(outcome.target.shown), *[NONE] * (len(HEADS) + 1)]
    marked = sum(not finding.counts for finding in outcome.findings)
    new = sum(finding.counts and finding.is_new is True for finding in outcome.findings)
    counts = [outcome.count(level) for level in LEVELS]
    numbers = (str(number) for number in (*counts, marked, new))
    return [plain(outcome.target.shown), *numbers, plain(outcome.confidence) or NONE]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        row[0].ljust(widths[0]),
        *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
    ]
    return "  ".join(cells).rstrip()


def _details(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for outcome in outcomes:
        name = plain(outcome.target.shown)
        if not any(finding.counts for finding in outcome.findings):
            lines.append(f"- {name}: {in_short(outcome)}")
        for finding in outcome.findings:
            if finding.counts:
                weakness = f" CWE-{finding.cwe}" if finding.cwe else ""
                about = f"{finding.severity}{weakness} {plain(finding.title)}"
                lines.append(f"- {name}:{finding.line}: {about}")
        if outcome.sentence:
            lines.append(f"  {plain(outcome.sentence)}")
        if outcome.address:
            lines.append(f"  {outcome.address}")
    return lines
