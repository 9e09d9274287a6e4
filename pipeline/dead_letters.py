"""What becomes of jobs that ended dead: run again, once for each, or forgotten in time.

Administrators retry a dead letter, users their own submission, and both may at the same moment.
The submission's row decides: whoever holds its lock and finds the dead job still its current one
makes the one new run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from accounts.models import User
from billing import limits
from operations import audit, runtime_config
from operations.clock import now_plus
from operations.conflicts import despite_deadlocks
from pipeline.models import DeadLetter, Job, JobState, Submission
from pipeline.parameters import DEAD_LETTER_DAYS
from pipeline.queueing import queue_job, refuse_when_full
from pipeline.refusals import NotPossible

BATCH = 100  # letters in one transaction


@dataclass(frozen=True)
class Retried:
    """How many jobs were queued again, and how many had been before."""

    queued: int
    before: int


def retry_dead_letter(*, letter: DeadLetter, by: User) -> Job:
    """Run a dead job's submission again, as one new job however often this is called.

    The new run is not taken from the user's limit. Raises NotPossible if there was one before.
    """
    jobs = despite_deadlocks(_queue_again, [letter.pk], by)
    if not jobs:
        raise NotPossible(_why_not(letter))
    return jobs[0]


def retry_all(letters: QuerySet[DeadLetter], *, by: User) -> Retried:
    """Retry each of these that was not retried before. What was queued stands if a later one fails.

    However many there are, each transaction is short, so that nobody waits long for its locks.
    """
    keys = _keys(letters)
    queued = sum(len(despite_deadlocks(_queue_again, batch, by)) for batch in _batches(keys))
    return Retried(queued, len(keys) - queued)


def retry(*, submission: Submission, by: User) -> Job:
    """Run a user's submission again whose run ended dead, for one unit of today's limit.

    Makes one new run however often it is called. The unit comes back if that run dies as well.
    Raises NotPossible, QueueFull or billing.limits.LimitReached; then nothing was changed.
    """
    _must_be_dead(submission.current_job)
    refuse_when_full()
    limits.open_day(by)
    return despite_deadlocks(_replace_dead, submission, by)


def delete_all(letters: QuerySet[DeadLetter]) -> int:
    """Delete these, in short transactions; returns how many. Jobs and results stay."""
    batches = _batches(_keys(letters))
    return sum(DeadLetter.objects.filter(pk__in=batch).delete()[0] for batch in batches)


def purge_old() -> int:
    """Delete letters older than DEAD_LETTER_DAYS, retried or not; returns how many."""
    days = runtime_config.number(DEAD_LETTER_DAYS.name)
    with audit.unrecorded():  # the count is kept as the purge's outcome
        return delete_all(DeadLetter.objects.filter(created_at__lt=now_plus(-timedelta(days=days))))


@transaction.atomic
def _replace_dead(submission: Submission, by: User) -> Job:
    dead = _must_be_dead(locked_current_job(submission))
    job = paid_run(submission, after=dead, by=by, chosen=dead.chosen)
    audit.record(submission, "job.retry", new_job=job.pk, by=by.pk)
    return job


@transaction.atomic
def _queue_again(letters: Collection[int], by: User) -> list[Job]:
    """The new runs of those among the letters that had none yet."""
    _lock(DeadLetter.objects.filter(pk__in=letters).values_list("job__submission", flat=True))
    jobs = Job.objects.select_related("submission").defer(
        "submission__code", "submission__comments"
    )
    waiting = DeadLetter.objects.filter(pk__in=letters, retried_as=None).order_by("pk")
    found = waiting.select_for_update().prefetch_related(Prefetch("job", jobs))
    return [_retried(letter, by) for letter in found if _is_current(letter.job)]


def _retried(letter: DeadLetter, by: User) -> Job:
    job = queue_job(letter.job.submission, chosen=letter.job.chosen)
    _point_to(letter, job)
    audit.record(letter, "job.retry", new_job=job.pk, by=by.pk)
    return job


def paid_run(submission: Submission, *, after: Job, by: User, chosen: dict[str, Any] | None) -> Job:
    """Queue a run that takes a unit of the day; a dead letter of the run before it tells of it.

    Within the transaction that locked the submission. Raises billing.limits.LimitReached.
    """
    day = limits.take(by)
    job = queue_job(submission, chosen=chosen, usage_day=day)
    submission.usage_day = day
    for letter in DeadLetter.objects.select_for_update().filter(job=after, retried_as=None):
        _point_to(letter, job)
    return job


def _point_to(letter: DeadLetter, job: Job) -> None:
    letter.retried_as = job
    letter.save(update_fields=["retried_as"])


def _lock(submissions: Collection[int] | QuerySet[DeadLetter, int]) -> None:
    """Let nobody else make a new run of these until the transaction ends.

    All take their locks in this order, before they insert jobs: a job's foreign key takes a
    shared lock, and two holders of one would wait for each other for ever.
    """
    rows = Submission.objects.filter(pk__in=list(submissions)).order_by("pk")
    list(rows.select_for_update().values_list("pk"))


def locked_current_job(submission: Submission) -> Job | None:
    """The submission's current job, which stays so until the transaction ends."""
    _lock([submission.pk])
    current = Submission.objects.filter(pk=submission.pk).values("current_job")
    return Job.objects.filter(pk__in=current).first()


def _is_current(job: Job) -> bool:
    return job.submission.current_job_id == job.pk


def _must_be_dead(job: Job | None) -> Job:
    if job is not None and job.state == JobState.DEAD:
        return job
    if job is not None and not job.has_ended:
        raise NotPossible("It is being run again already.")
    raise NotPossible("Only a run that failed on our side can be run again.")


def _why_not(letter: DeadLetter) -> str:
    stored = DeadLetter.objects.filter(pk=letter.pk).first()
    if stored is None:
        return "This dead letter was deleted."
    if stored.retried_as_id is None:
        return f"Job {stored.job_id} is not the latest run of its submission."
    return f"This job was retried already, as job {stored.retried_as_id}."


def _keys(letters: QuerySet[DeadLetter]) -> list[int]:
    return list(letters.order_by("pk").values_list("pk", flat=True))


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
