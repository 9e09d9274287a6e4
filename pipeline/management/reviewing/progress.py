"""The progress line of a review: on a terminal one line that is overwritten, else nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from pipeline.heartbeat import repeating
from pipeline.models import Job, Step
from pipeline.reports.safe_text import one_line

REDRAW_SECONDS = 0.2
CLEAR = "\r\x1b[2K"


class Progress:
    """Shows which file of how many is at which step, and since when."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self.stream = stream
        self.total = total
        self.is_shown = stream.isatty()

    @contextmanager
    def of(self, number: int, name: str, job_id: int) -> Iterator[None]:
        """Show file ``number`` (from 1) while the block runs."""
        if not self.is_shown:
            yield
            return
        started = time.monotonic()

        def draw() -> None:
            step = Job.objects.filter(pk=job_id).values_list("current_step", flat=True).first()
            label = Step(step).label if step else "waiting"
            self._draw(f"[{number}/{self.total}] ", name, f" · {label} · {_seconds(started)}")

        try:
            with repeating("progress", REDRAW_SECONDS, draw):
                draw()
                yield
        finally:
            self.stream.write(CLEAR)
            self.stream.flush()

    def _draw(self, start: str, name: str, end: str) -> None:
        """One line that never wraps: the name gives way, its end being what tells most."""
        room = shutil.get_terminal_size().columns - len(start) - len(end) - 1
        shown = one_line(name)
        if len(shown) > room:
            shown = "…" + shown[-max(1, room - 1) :]
        self.stream.write(f"{CLEAR}{start}{shown}{end}")
        self.stream.flush()


def _seconds(started: float) -> str:
    return f"{time.monotonic() - started:.0f} s"
