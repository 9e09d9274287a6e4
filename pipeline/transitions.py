"""Every change of a job's state: one conditional UPDATE each, which must change exactly one row.

A worker proves by its Lease that the job is still its own. Once the lease is lost (expired and
swept, released, or the job cancelled) each of its writes raises LeaseLost and changes nothing.
All times are the database's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from billing import limits
from billing.models import NO_PLAN
from operations.clock import Now, now_plus
from pipeline import endings, evidence, finding_life, severities, statements
from pipeline.leases import Cancelled, Failure, Lease, LeaseLost, Submitted
from pipeline.models import DeadLetter, Job, JobState, Step, StepResult, Submission
from pipeline.retries import LEASE
from pipeline.statements import NO_LEASE
from providers import calls


def due(*, isolated: bool, count: int) -> list[int]:
    """Ids of queued jobs whose time has come, the longest waiting first; 300 at most."""
    few = count <= statements.FEW
    rows = (statements.DUE_FEW if few else statements.DUE_MANY).all(isolated=isolated)
    return [row["id"] for row in rows[:count]]


def claim(job_id: int, owner: str, *, alone: bool = True) -> Lease | None:
    """Take a queued job whose time has come; None if somebody else was first or it is not due.

    A process that runs other jobs beside it says ``alone=False`` and gets no isolated job.
    """
    with transaction.atomic():
        if not statements.CLAIM.run(id=job_id, isolated=alone, lease_owner=owner):
            return None
        row = statements.CLAIMED.first(id=job_id)
    return _lease(job_id, owner, row) if row else None


def _lease(job_id: int, owner: str, row: dict[str, Any]) -> Lease:
    submission = Submitted(
        code=row["submission__code"],
        language=row["submission__language"],
        filename=row["submission__filename"],
        comments=row["submission__comments"],
        plan=row["submission__user__membership__plan__name"] or NO_PLAN,
        imported=row["submission__imported"],
        submission_id=row["submission_id"],
        user_id=row["submission__user_id"],
    )
    return Lease(
        job_id=job_id,
        owner=owner,
        token=row["lease_token"],
        attempt=row["attempts"],
        ran_before_ms=row["running_ms"],
        submission=submission,
        is_first=row["started_at"] == row["claimed_at"],
        chosen=row["chosen"],
    )


def renew(owner: str, job_ids: Collection[int]) -> int:
    """Prolong a process's leases of these jobs; returns how many it still holds."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_owner=owner, id__in=job_ids)
    return held.update(lease_expires_at=now_plus(LEASE))


def begin_step(lease: Lease, step: Step) -> None:
    """Show which step is running. Raises LeaseLost."""
    _must_hold(statements.BEGIN_STEP.run(**_key(lease), current_step=step), lease)


def _begin_after(lease: Lease, step: Step, result: StepResult) -> None:
    """Begin a step, and keep what lists show of the dossier that came before it."""
    kept = severities.kept_of(result.content) if result.step == Step.FORENSIC else None
    if kept is None:
        begin_step(lease, step)
    else:
        statement = statements.BEGIN_STEP_AFTER_DOSSIER
        _must_hold(statement.run(**_key(lease), current_step=step, **kept), lease)


def hold(lease: Lease) -> None:
    """Prove the lease inside of the caller's transaction: until it ends, nobody else can take it.

    Raises LeaseLost, also when the job was cancelled.
    """
    _must_hold(statements.HOLD.run(**_key(lease)), lease)


def store_result(
    lease: Lease,
    result: StepResult,
    *,
    next_step: Step | None,
    also: Iterable[Callable[[], None]] = (),
) -> None:
    """Keep a finished step's output for good and go on to the next one, or without one succeed.

    What is in ``also`` is written in the same transaction. Doing it a second time changes nothing.
    Raises LeaseLost.
    """
    try:
        with transaction.atomic():  # the first UPDATE locks the row: the insert is ours alone
            if next_step is None:
                _succeed(lease)
            else:
                _begin_after(lease, next_step, result)
            result.job_id = lease.job_id
            result.attempt = lease.attempt
            _insert(result)
            if result.step == Step.FORENSIC:
                finding_life.keep(lease.submission, result.content)
            if result.step == Step.QUALITY:
                evidence.keep(lease.job_id, result.content)
            for write in also:
                write()
            if next_step is None:
                endings.note(lease.job_id)
    except IntegrityError:
        if not _is_stored(result):
            raise


def _insert(result: StepResult) -> None:
    statements.STORE_RESULT.send(
        job=result.job_id,
        step=result.step,
        engine=result.engine,
        content=result.content,
        attempt=result.attempt,
        duration_ms=result.duration_ms,
        prompt=result.prompt_id,
        trace=result.trace,
        input_tokens=result.input_tokens,
        output_tokens=result.output_tokens,
        cost_microdollars=result.cost_microdollars,
    )


def _is_stored(result: StepResult) -> bool:
    """Whether this very attempt has stored it: its commit was not confirmed."""
    same = StepResult.objects.filter(job=result.job_id, step=result.step, attempt=result.attempt)
    return same.exists()


@transaction.atomic
def succeed(lease: Lease) -> None:
    """End the job with all its results. Raises LeaseLost."""
    _succeed(lease)
    endings.note(lease.job_id)


def _succeed(lease: Lease) -> None:
    changed = statements.SUCCEED.run(**_key(lease), running_ms=lease.elapsed_ms())
    _must_hold(changed, lease)


@transaction.atomic
def fail(lease: Lease, failure: Failure) -> None:
    """End the job for a reason that lies in the code: no retry helps. Raises LeaseLost."""
    _end(lease, JobState.FAILED, failure)
    endings.note(lease.job_id)


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
        _end(lease, JobState.DEAD, failure)
        bury(lease.job_id, failure)
        endings.note(lease.job_id)


def release(owner: str) -> int:
    """Queue all jobs of a process that is about to end, uncounted; returns how many."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_owner=owner)
    return held.update(
        state=JobState.QUEUED, available_at=Now(), attempts=F("attempts") - 1, **NO_LEASE
    )


def cancel(
    job_id: int, *, user_message: str = "", always_give_back: bool = False
) -> Cancelled | None:
    """End a job that has not ended, by request; None if it had. Its worker can write no more.

    The user's unit comes back if no worker ever claimed the job, or with ``always_give_back``.
    ``started_at`` tells: a release takes its attempt back, a first claim can not be taken back.
    """
    open_jobs = Job.objects.filter(id=job_id, state__in=(JobState.QUEUED, JobState.RUNNING))
    with transaction.atomic():
        changed = open_jobs.update(
            state=JobState.CANCELLED,
            finished_at=Now(),
            error_class="",
            user_message=user_message,
            **NO_LEASE,
        )
        if not changed:
            return None
        submissions = Job.objects.select_related("submission")
        job = submissions.defer("submission__code", "submission__comments").get(id=job_id)
        owed = always_give_back or job.started_at is None
        unit_returned = owed and give_back_unit(job.submission)
        endings.note(job_id)
        return Cancelled(unit_returned)


def _write(lease: Lease, **changes: Any) -> None:
    held = Job.objects.filter(id=lease.job_id, state=JobState.RUNNING, lease_token=lease.token)
    _must_hold(held.update(**changes), lease)


def _must_hold(changed: int, lease: Lease) -> None:
    if changed != 1:
        raise LeaseLost(f"job {lease.job_id}, attempt {lease.attempt}")


def _key(lease: Lease) -> dict[str, int]:
    """What statements.HELD is bound to."""
    return {"id": lease.job_id, "lease_token": lease.token}


def _end(lease: Lease, state: JobState, failure: Failure) -> None:
    _write(
        lease,
        state=state,
        finished_at=Now(),
        error_class=failure.error_class,
        user_message=failure.user_message,
        running_ms=F("running_ms") + lease.elapsed_ms(),
        **NO_LEASE,
    )


def bury(job_id: int, failure: Failure) -> None:
    """Write the dead letter and give the unit back, in the transaction that ends the job."""
    job = Job.objects.select_related("submission").get(id=job_id)
    DeadLetter.objects.create(
        job=job,
        error_class=failure.error_class,
        error_message=failure.detail or failure.user_message,
        step=job.current_step,
        attempts=job.attempts,
        trace=[*calls.trace_of(job_id), *_not_sent(job, failure)],
    )
    give_back_unit(job.submission)


def _not_sent(job: Job, failure: Failure) -> list[dict[str, Any]]:
    """What the last attempt passed over without a call; calls have rows of their own."""
    entries = [entry for entry in failure.trace if not entry.get("call_id")]
    return [{**entry, "step": job.current_step, "attempt": job.attempts} for entry in entries]


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
