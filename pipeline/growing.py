"""Shows what a model writes while it writes: now and then the end of its text goes into a row."""

from __future__ import annotations

import time

import structlog
from django.db import Error as DatabaseError
from django.db.models.functions import Now

from operations.database import in_database
from pipeline.leases import Lease
from pipeline.models import GrowingAnswer, Job, JobState, Step

PAUSE_SECONDS = 1.0  # before the first row and between rows: quick answers write none
TAIL = 4000  # characters that are kept of the end
logger = structlog.get_logger(__name__)


class Growing:
    """The text of one step's answer. Whatever fails here, the answer itself goes on."""

    def __init__(self, lease: Lease, step: Step) -> None:
        self._lease, self._step = lease, step
        self.is_kept = False
        self.begin()

    def begin(self) -> None:
        """Forget the text: a model begins anew."""
        self._tail, self._characters = "", 0
        self._next = time.monotonic() + PAUSE_SECONDS

    def add(self, piece: str) -> None:
        """Take a piece in; write a row if the last one is old enough."""
        self._tail = (self._tail + piece)[-TAIL:]
        self._characters += len(piece)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PAUSE_SECONDS
            self._keep()

    def forget(self) -> None:
        """Take the row away; to be called in the transaction that ends the step."""
        GrowingAnswer.objects.filter(job=self._lease.job_id, lease_token=self._lease.token).delete()

    def _keep(self) -> None:
        try:
            in_database(self._write)
        except DatabaseError as error:  # nobody sees the text grow, and that is all
            logger.info("growing_answer_not_kept", error=type(error).__name__)
        else:
            self.is_kept = True

    def _write(self) -> None:
        now = {
            "step": self._step,
            "lease_token": self._lease.token,
            "characters": self._characters,
            "tail": self._tail.encode(
                errors="replace"
            ).decode(),  # half a surrogate pair is no text
            "written_at": Now(),
        }
        ours = GrowingAnswer.objects.filter(
            job=self._lease.job_id, lease_token__lte=self._lease.token
        )
        if not ours.update(**now):
            GrowingAnswer.objects.bulk_create(
                [GrowingAnswer(job_id=self._lease.job_id, **now)], ignore_conflicts=True
            )


def growing_answer(job: Job) -> GrowingAnswer | None:
    """What is being written for a running job, if it is written under its present lease."""
    if job.state != JobState.RUNNING:
        return None
    row: GrowingAnswer | None = getattr(job, "growing_answer", None)
    if row is None:
        return None
    same = row.lease_token == job.lease_token and row.step == job.current_step
    return row if same else None
