"""Runs submissions in this process, one after the other, and waits for their end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from accounts.models import User
from pipeline import expiry, services, transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import DeadLetter, Job, Submission
from pipeline.reports import ReviewedFile, reviewed
from pipeline.retries import SWEEP_SECONDS
from pipeline.runner import run_job

POLL_SECONDS = 0.1


class Reviewer:
    """Submits code as a user and runs it here; use it inside ``working()``."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.heartbeat = Heartbeat()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Renew the leases of what runs here; whatever ends the block releases them."""
        with self.heartbeat.beating():
            try:
                yield
            finally:
                transitions.release(self.heartbeat.owner)

    def submit(
        self,
        *,
        code: str,
        language: str | None,
        filename: str,
        comments: str,
        imported: dict[str, Any] | None,
    ) -> Submission:
        """Store the code with its job. Raises pipeline.services.InvalidSubmission."""
        draft = services.check(code=code, language=language, filename=filename, comments=comments)
        return services.accept(user=self.user, draft=replace(draft, imported=imported)).submission

    def finish(self, submission: Submission, shown: str) -> ReviewedFile:
        """Run the submission's job to its end, here or by whoever took it first.

        An interruption cancels the job: nobody would read its result.
        """
        try:
            job = self._run_to_end(submission.jobs.get())
        except BaseException:
            transitions.cancel(submission.jobs.get().pk)
            raise
        return _with_reason(reviewed(shown, submission, job), job)

    def _run_to_end(self, job: Job) -> Job:
        swept = time.monotonic()
        while not job.has_ended:
            if not run_job(job.pk, self.heartbeat):
                time.sleep(POLL_SECONDS)
            if time.monotonic() - swept > SWEEP_SECONDS:
                expiry.return_expired()  # there may be no pool that would do it
                swept = time.monotonic()
            job = Job.objects.get(pk=job.pk)
        return job


def _with_reason(file: ReviewedFile, job: Job) -> ReviewedFile:
    """Adds what the dead letter says: whoever runs this command operates the product too."""
    letter = DeadLetter.objects.filter(job=job).first()
    if letter is None:
        return file
    return replace(file, error=f"{file.error} ({letter.error_class}: {letter.error_message})")
