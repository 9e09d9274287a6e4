"""Takes jobs back whose worker stopped renewing its lease: it was killed, froze or was cut off.

Such a job runs its next attempts alone: it may be what killed its worker.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from operations.clock import Now
from operations.persistence import seconds_since_outage
from pipeline import endings
from pipeline.leases import Failure
from pipeline.models import Job, JobState
from pipeline.retries import SETTLE_SECONDS, has_attempts_left
from pipeline.statements import NO_LEASE
from pipeline.transitions import bury


def return_expired() -> int:
    """Queue jobs again whose lease has run out; returns how many.

    One without attempts left ends dead. After the database was away, workers that live get the
    time to renew first: none of them could meanwhile.
    """
    if seconds_since_outage() < SETTLE_SECONDS:
        return 0
    expired = Job.objects.filter(state=JobState.RUNNING, lease_expires_at__lt=Now())
    return sum(_return(job) for job in expired)


def _return(job: Job) -> bool:
    still_expired = Job.objects.filter(
        id=job.pk,
        state=JobState.RUNNING,
        lease_token=job.lease_token,
        lease_expires_at__lt=Now(),
    )
    ran_ms = _ran_ms(job)
    failure = Failure(
        "worker-lost", "The worker that ran your code stopped unexpectedly.", job.lease_owner
    )
    with transaction.atomic():
        if has_attempts_left(job.attempts):
            changed = still_expired.update(
                state=JobState.QUEUED,
                isolated=True,
                available_at=Now(),
                running_ms=F("running_ms") + ran_ms,
                **NO_LEASE,
            )
        else:
            changed = still_expired.update(
                state=JobState.DEAD,
                finished_at=Now(),
                running_ms=F("running_ms") + ran_ms,
                error_class=failure.error_class,
                user_message=failure.user_message,
                **NO_LEASE,
            )
            if changed:
                bury(job.pk, failure)
                endings.note(job.pk)
    return bool(changed)


def _ran_ms(job: Job) -> int:
    """Running time of a vanished attempt; at the latest it ended one lease after its renewal."""
    if job.claimed_at is None or job.lease_expires_at is None:
        return 0
    return max(0, int((job.lease_expires_at - job.claimed_at) / timedelta(milliseconds=1)))
