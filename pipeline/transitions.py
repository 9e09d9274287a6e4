"""Every change of a job's state: one conditional UPDATE each, which must change exactly one row.

A worker proves by its Lease that the job is still its own. Once the lease is lost (expired and
swept, released, or the job cancelled) each of its writes raises LeaseLost and changes nothing.
All times are the database's.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from billing import limits
from operations.clock import Now, now_plus
from pipeline.models import DeadLetter, Job, JobState, Step, StepResult, Submission
from pipeline.retries import LEASE, has_attempts_left

NO_LEASE: dict[str, Any] = {
    "lease_owner": "",
    "lease_token": F("lease_token") + 1,
    "lease_expires_at": None,
    "claimed_at": None,
}


class LeaseLost(Exception):
    """The job is no longer this worker's; nothing was written."""


@dataclass(frozen=True)
class Lease:
    """A worker's right to write to one job during one attempt."""

    job_id: int
    owner: str
    token: int
    attempt: int
    ran_before_ms: int
    claimed: float = field(default_factory=time.monotonic)

    def elapsed_ms(self) -> int:
        """Running time of this attempt so far."""
        return int((time.monotonic() - self.claimed) * 1000)


@dataclass(frozen=True)
class Failure:
    """Why a job did not go on. ``user_message`` is fit for the user, ``detail`` for operators."""

    error_class: str
    user_message: str
    detail: str = ""


def due(*, isolated: bool, count: int) -> list[int]:
    """Ids of queued jobs whose time has come, the longest waiting first."""
    jobs = Job.objects.filter(
        state=JobState.QUEUED, isolated=isolated, available_at__lte=Now()
    ).order_by("available_at", "id")
    return list(jobs.values_list("id", flat=True)[:count])


def claim(job_id: int, owner: str, *, alone: bool = True) -> Lease | None:
    """Take a queued job whose time has come; None if somebody else was first or it is not due.

    A process that runs other jobs beside it says ``alone=False`` and gets no isolated job.
    """
    allowed = (True, False) if alone else (False,)
    with transaction.atomic():
        claimed = Job.objects.filter(
            id=job_id, state=JobState.QUEUED, available_at__lte=Now(), isolated__in=allowed
        ).update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            lease_owner=owner,
            lease_token=F("lease_token") + 1,
            lease_expires_at=now_plus(LEASE),
            claimed_at=Now(),
            started_at=Coalesce("started_at", Now()),
        )
        if not claimed:
            return None
        job = Job.objects.only("lease_token", "attempts", "running_ms").get(id=job_id)
    return Lease(job_id, owner, job.lease_token, job.attempts, job.running_ms)


def renew(owner: str, job_ids: Collection[int]) -> int:
    """Prolong a process's leases of these jobs; returns how many it still holds."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_owner=owner, id__in=job_ids)
    return held.update(lease_expires_at=now_plus(LEASE))


def begin_step(lease: Lease, step: Step) -> None:
    """Show which step is running. Raises LeaseLost."""
    _write(lease, current_step=step, step_started_at=Now())


def store_result(lease: Lease, result: StepResult) -> None:
    """Keep a finished step's output for good. Raises LeaseLost."""
    with transaction.atomic():
        _write(lease, lease_expires_at=now_plus(LEASE))  # locks the row: the insert is ours alone
        result.job_id = lease.job_id
        result.attempt = lease.attempt
        result.save(force_insert=True)


def succeed(lease: Lease) -> None:
    """End the job with all its results. Raises LeaseLost."""
    _end(lease, JobState.SUCCEEDED)


def fail(lease: Lease, failure: Failure) -> None:
    """End the job for a reason that lies in the code: no retry helps. Raises LeaseLost."""
    _end(
        lease,
        JobState.FAILED,
        error_class=failure.error_class,
        user_message=failure.user_message,
    )


def retry_later(lease: Lease, failure: Failure, delay: timedelta) -> None:
    """Queue the job again after ``delay``. Raises LeaseLost."""
    _write(
        lease,
        state=JobState.QUEUED,
        available_at=now_plus(delay),
        error_class=failure.error_class,
        user_message=failure.user_message,
        running_ms=F("running_ms") + lease.elapsed_ms(),
        **NO_LEASE,
    )


def give_up(lease: Lease, failure: Failure) -> None:
    """End the job dead, with a dead letter, and give the user's unit back. Raises LeaseLost."""
    with transaction.atomic():
        _end(
            lease,
            JobState.DEAD,
            error_class=failure.error_class,
            user_message=failure.user_message,
        )
        _bury(lease.job_id, failure)


def release(owner: str) -> int:
    """Queue all jobs of a process that is about to end, uncounted; returns how many."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_owner=owner)
    return held.update(
        state=JobState.QUEUED, available_at=Now(), attempts=F("attempts") - 1, **NO_LEASE
    )


def cancel(job_id: int) -> bool:
    """End a job that has not ended, by request; False if it had. Its worker can write no more."""
    open_jobs = Job.objects.filter(id=job_id, state__in=(JobState.QUEUED, JobState.RUNNING))
    changes: dict[str, Any] = {"state": JobState.CANCELLED, "finished_at": Now(), **NO_LEASE}
    return bool(open_jobs.update(**changes))


def return_expired() -> int:
    """Take jobs back whose worker stopped renewing; returns how many.

    Such a job runs its next attempts alone: it may be what killed its worker. One without
    attempts left ends dead.
    """
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
                _bury(job.pk, failure)
    return bool(changed)


def _ran_ms(job: Job) -> int:
    """Running time of a vanished attempt; at the latest it ended one lease after its renewal."""
    if job.claimed_at is None or job.lease_expires_at is None:
        return 0
    return max(0, int((job.lease_expires_at - job.claimed_at) / timedelta(milliseconds=1)))


def _write(lease: Lease, **changes: Any) -> None:
    changed = _held(lease).update(**changes)
    if changed != 1:
        raise LeaseLost(f"job {lease.job_id}, attempt {lease.attempt}")


def _held(lease: Lease) -> QuerySet[Job]:
    return Job.objects.filter(id=lease.job_id, state=JobState.RUNNING, lease_token=lease.token)


def _end(lease: Lease, state: JobState, *, error_class: str = "", user_message: str = "") -> None:
    _write(
        lease,
        state=state,
        finished_at=Now(),
        error_class=error_class,
        user_message=user_message,
        running_ms=F("running_ms") + lease.elapsed_ms(),
        current_step=Value("") if state == JobState.SUCCEEDED else F("current_step"),
        **NO_LEASE,
    )


def _bury(job_id: int, failure: Failure) -> None:
    """Write the dead letter and give the unit back, in the transaction that ends the job."""
    job = Job.objects.select_related("submission").get(id=job_id)
    DeadLetter.objects.create(
        job=job,
        error_class=failure.error_class,
        error_message=failure.detail or failure.user_message,
        step=job.current_step,
        attempts=job.attempts,
    )
    give_back_unit(job.submission)


def give_back_unit(submission: Submission) -> bool:
    """Return the submission's unit to its user's day, once: compare-and-set on ``usage_day``."""
    day = submission.usage_day
    if day is None:
        return False
    paid = Submission.objects.filter(id=submission.pk, usage_day=day)
    if not paid.update(usage_day=None):
        return False
    limits.give_back(submission.user_id, day)
    return True
