"""manage.py work: runs jobs until it is told to end (SIGTERM or Ctrl-C)."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pipeline.pool import Pool, run_only

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
        parser.add_argument("--only", type=int, metavar="JOB", help="run this one job and end")

    def handle(self, *, slots: int, grace: float, only: int | None, **options: Any) -> None:
        if only is None:
            self._serve(slots, grace)
        else:
            self._run_only(only)

    def _serve(self, slots: int, grace: float) -> None:
        pool = Pool(slots=max(1, slots))

        def stop(_signal: int, _frame: FrameType | None) -> None:
            pool.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pool.run(grace_seconds=grace)

    def _run_only(self, job_id: int) -> None:
        def leave(_signal: int, _frame: FrameType | None) -> None:
            sys.exit(0)  # unwinds through the release of the job

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        run_only(job_id)
