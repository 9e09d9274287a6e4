"""manage.py work: runs jobs until it is told to end (SIGTERM or Ctrl-C)."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operations import sealed
from pipeline.isolation import run_isolated_jobs
from pipeline.pool import Pool

DEFAULT_SLOTS = (os.cpu_count() or 1) + 2


class Command(BaseCommand):
    help = "Run submitted jobs from the database. Start as many of these as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--slots",
            type=int,
            default=DEFAULT_SLOTS,
            help="jobs in flight at once (default: %(default)s)",
        )
        parser.add_argument(
            "--grace", type=float, default=20.0, help="seconds to finish jobs in when told to end"
        )
        parser.add_argument(
            "--isolated",
            action="store_true",
            help="run the jobs whose worker vanished, one at a time, and end; pools start this",
        )

    def handle(self, *, slots: int, grace: float, isolated: bool, **options: Any) -> None:
        if isolated:
            self._run_isolated_jobs()
        else:
            self._serve(slots, grace)

    def _serve(self, slots: int, grace: float) -> None:
        sealed.warn_at_start()
        pool = Pool(slots=max(1, slots))

        def stop(_signal: int, _frame: FrameType | None) -> None:
            pool.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pool.run(grace_seconds=grace)

    def _run_isolated_jobs(self) -> None:
        def leave(_signal: int, _frame: FrameType | None) -> None:
            sys.exit(0)  # unwinds through the release of the job

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        run_isolated_jobs()
