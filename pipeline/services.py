"""What is done with submissions: send, retry, run again, cancel, delete. The only way to write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from accounts.models import User
from billing import limits
from operations import audit
from operations.conflicts import despite_deadlocks
from pipeline import idempotency, transitions
from pipeline.dead_letters import retry, retry_all, retry_dead_letter
from pipeline.deletion import delete_submission, delete_submissions
from pipeline.idempotency import KeyedRequest, Receipt, Remember
from pipeline.intake import Draft, check, decode_upload
from pipeline.leases import Cancelled
from pipeline.models import Job, JobState, Submission
from pipeline.queueing import queue_job, refuse_when_full
from pipeline.refusals import (
    InvalidChoice,
    InvalidKey,
    InvalidSubmission,
    KeyReused,
    NotPossible,
    QueueFull,
    Refusal,
)
from pipeline.run_again import choices_for, run_again

__all__ = [
    "Draft",
    "InvalidChoice",
    "InvalidKey",
    "InvalidSubmission",
    "KeyReused",
    "NotPossible",
    "QueueFull",
    "Receipt",
    "Refusal",
    "accept",
    "cancel",
    "cancel_all",
    "cancel_job",
    "check",
    "choices_for",
    "decode_upload",
    "delete_submission",
    "delete_submissions",
    "retry",
    "retry_all",
    "retry_dead_letter",
    "run_again",
    "submit",
]

SUBMIT = "code.submit"
BY_ADMINISTRATOR = "An administrator cancelled this run."


@dataclass(frozen=True)
class CancelledJobs:
    """How many jobs were cancelled, and how many had ended before."""

    cancelled: int
    before: int


def submit(
    *,
    user: User,
    code: str,
    language: str | None,
    filename: str = "",
    comments: str = "",
    counted: bool = True,
    idempotency_key: str | None = None,
    sarif: str = "",
) -> Submission:
    """Check what was sent and accept it. Raises as ``check`` and ``accept`` do."""
    draft = check(code=code, language=language, filename=filename, comments=comments, sarif=sarif)
    receipt = accept(user=user, draft=draft, counted=counted, idempotency_key=idempotency_key)
    return receipt.submission


def accept(
    *, user: User, draft: Draft, counted: bool = True, idempotency_key: str | None = None
) -> Receipt:
    """Store a submission, take it from the day's limit and queue its job, all or nothing.

    With a key that the user sent for this before, nothing is done and the first answer returned.
    ``counted=False`` is for what the product itself submits: it costs the user nothing.
    Raises a Refusal or billing.limits.LimitReached; then nothing was stored or taken.
    """
    prepare = partial(_prepare, user, counted)
    act = partial(_store, user, draft, counted)
    if idempotency_key is not None:
        request = KeyedRequest.of(user, SUBMIT, idempotency_key, draft)
        return idempotency.once(request, prepare=prepare, act=act)
    prepare()
    with transaction.atomic():
        return act(lambda *_: None)


def _prepare(user: User, counted: bool) -> None:
    """Refuse early what would be refused later. Operators' commands run their jobs themselves."""
    if counted and not user.is_system:
        refuse_when_full()
    if counted:
        limits.open_day(user)


def _store(user: User, draft: Draft, counted: bool, remember: Remember) -> Receipt:
    """Within a transaction. The user's other submissions are locked out as shortly as possible."""
    submission = Submission.objects.create(
        user=user,
        code=draft.code,
        language=draft.language,
        filename=draft.filename,
        comments=draft.comments,
        imported=draft.imported,
    )
    receipt = Receipt(submission, _answer(submission))
    remember(submission, receipt.answer)
    submission.usage_day = limits.take(user) if counted else None
    queue_job(submission, usage_day=submission.usage_day)
    return receipt


def _answer(submission: Submission) -> dict[str, Any]:
    return {
        "id": submission.public_id,
        "state": JobState.QUEUED.value,
        "language": submission.language,
        "filename": submission.filename,
    }


def cancel(*, submission: Submission, by: User) -> Cancelled:
    """End the user's own run by request. Raises NotPossible if it had ended already.

    The unit comes back only if nothing was done for it yet.
    """
    job = submission.current_job
    cancelled = despite_deadlocks(_cancel, job, noted=submission, by=by) if job else None
    if cancelled is None:
        raise NotPossible("The job has ended already.")
    return cancelled


def cancel_job(*, job: Job, by: User) -> Cancelled:
    """End anybody's run, by an administrator. Raises NotPossible if it had ended already.

    Its user learns who it was and gets the unit back in any case.
    """
    told = {"user_message": BY_ADMINISTRATOR, "always_give_back": True}
    others = job.submission.user_id != by.pk
    cancelled = despite_deadlocks(_cancel, job, noted=job, by=by, **(told if others else {}))
    if cancelled is None:
        raise NotPossible(f"Job {job.pk} has ended already.")
    return cancelled


def _cancel(job: Job, *, noted: Model, by: User, **how: Any) -> Cancelled | None:
    with transaction.atomic():
        cancelled = transitions.cancel(job.pk, **how)
        if cancelled:
            returned = cancelled.unit_returned
            audit.record(noted, "job.cancel", job=job.pk, by=by.pk, unit_returned=returned)
    return cancelled


def cancel_all(jobs: QuerySet[Job], *, by: User) -> CancelledJobs:
    """Cancel each of these that has not ended. What was cancelled stands if a later one fails."""
    rows = jobs.select_related("submission").defer("submission__code", "submission__comments")
    cancelled = before = 0
    for job in rows:
        try:
            cancel_job(job=job, by=by)
            cancelled += 1
        except NotPossible:
            before += 1
    return CancelledJobs(cancelled, before)
