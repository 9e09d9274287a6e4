"""What can be done with submissions: send one, retry one, cancel one. The only door to writing."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from accounts.models import User
from billing import limits
from operations import audit
from operations.clock import Now
from pipeline import dispatch, intake, transitions
from pipeline.intake import InvalidSubmission, decode_upload
from pipeline.models import DeadLetter, Job, Submission

__all__ = [
    "InvalidSubmission",
    "NotPossible",
    "cancel",
    "decode_upload",
    "retry_dead_letter",
    "submit",
]


class NotPossible(Exception):
    """The action does not fit the present state; ``str(error)`` says so in plain words."""


def submit(
    *,
    user: User,
    code: str,
    language: str | None,
    filename: str = "",
    comments: str = "",
    counted: bool = True,
) -> Submission:
    """Check and store a submission, take it from the day's limit and queue its job, all or nothing.

    ``counted=False`` is for what the product itself submits: it costs the user nothing.
    Raises InvalidSubmission or billing.limits.LimitReached; then nothing was stored or taken.
    """
    draft = intake.check(code=code, language=language, filename=filename, comments=comments)
    if counted:
        limits.open_day(user)
    with transaction.atomic():
        submission = Submission.objects.create(
            user=user,
            code=draft.code,
            language=draft.language,
            filename=draft.filename,
            comments=draft.comments,
            usage_day=limits.take(user) if counted else None,
        )
        _queue_job(submission)
    return submission


def retry_dead_letter(*, letter: DeadLetter, by: User) -> Job:
    """Run a dead job's submission again, as one new job however often this is called.

    The new run is not taken from the user's limit. Raises NotPossible if it was retried before.
    """
    with transaction.atomic():
        locked = DeadLetter.objects.select_for_update().select_related("job__submission")
        current = locked.get(pk=letter.pk)
        if current.retried_as_id is not None:
            raise NotPossible(f"This job was retried already, as job {current.retried_as_id}.")
        job = _queue_job(current.job.submission)
        current.retried_as = job
        current.save(update_fields=["retried_as"])
        audit.record(current, "job.retry", new_job=job.pk, by=by.pk)
    return job


def cancel(*, submission: Submission, by: User) -> None:
    """End the submission's job by request. Raises NotPossible if it had ended already."""
    job = submission.current_job
    if job is None or not transitions.cancel(job.pk):
        raise NotPossible("The job has ended already.")
    audit.record(submission, "job.cancel", job=job.pk, by=by.pk)


def _queue_job(submission: Submission) -> Job:
    """Create a job and make it the submission's current one; announced once it is committed."""
    now = {"available_at": Now(), "announced_at": Now(), "created_at": Now()}
    job = Job.objects.create(submission=submission, **now)
    Submission.objects.filter(pk=submission.pk).update(current_job=job)
    submission.current_job = job
    transaction.on_commit(partial(dispatch.announce, job.pk))
    return job
