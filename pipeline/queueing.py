"""Queues one more run of a submission, and refuses when too many wait already."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from operations import runtime_config
from operations.clock import Now
from pipeline import dispatch
from pipeline.models import Job, JobState, Submission
from pipeline.parameters import QUEUE_LIMIT
from pipeline.refusals import QueueFull


def queue_job(
    submission: Submission, *, chosen: dict[str, Any] | None = None, **fields: Any
) -> Job:
    """Create a job and make it the submission's current one; announced once it is committed.

    What goes wrong with that is logged only: the job stands, and the sweep announces it.
    ``chosen`` is what the user wants it run with (pipeline.routing); ``fields`` of the submission
    are set along with it.
    """
    now = {"available_at": Now(), "announced_at": Now(), "created_at": Now()}
    job = Job.objects.create(submission=submission, chosen=chosen, **now)
    Submission.objects.filter(pk=submission.pk).update(current_job=job, **fields)
    submission.current_job = job
    transaction.on_commit(lambda: dispatch.announce(job.pk), robust=True)
    return job


def refuse_when_full() -> None:
    """Looks at no more index entries than may wait, however many jobs there are."""
    limit = runtime_config.number(QUEUE_LIMIT.name)
    waiting = Job.objects.filter(state=JobState.QUEUED).order_by()
    if waiting[limit : limit + 1].exists():
        raise QueueFull
