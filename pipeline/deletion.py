"""Deletes submissions for good, with everything that came of them but what they cost.

Code, comments, names, results, evidence and remembered requests go. The calls of models stay, which
hold no code, and so does the day's usage; pipeline.models.DeletedJob says whose they were. What the
user marked of findings stays too, since it counts for the file's next run, but without its line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC

from django.db import transaction
from django.db.models import F, Q

from accounts.models import User
from operations import audit
from operations.conflicts import despite_deadlocks
from pipeline import transitions
from pipeline.models import MARKS, DeletedJob, Job, KnownFinding, Submission

HEAVY = ("code", "comments")


def delete_submission(*, submission: Submission, by: User) -> bool:
    """Delete one; its run is cancelled first if it has not ended. False if it was gone already."""
    return despite_deadlocks(_delete, submission.pk, by)


def delete_submissions(*, submissions: Iterable[Submission], by: User) -> int:
    """Delete each of these in a transaction of its own; returns how many were still there."""
    return sum(delete_submission(submission=each, by=by) for each in submissions)


def delete_all_of(user: User) -> Iterator[None]:
    """Delete all of a user whose account goes: one with each step, in transactions of their own."""
    keys = Submission.objects.filter(user=user).order_by("pk").values_list("pk", flat=True)
    for key in list(keys):
        despite_deadlocks(_delete, key, user, noted=False)
        yield


@transaction.atomic
def _delete(key: int, by: User, *, noted: bool = True) -> bool:
    """Jobs are locked before their submission, as everywhere."""
    cancelled = _cancel_open_jobs(key)
    row = Submission.objects.select_for_update().defer(*HEAVY).filter(pk=key).first()
    if row is None:
        return False
    cancelled += _cancel_open_jobs(key)  # one that was queued meanwhile; no more can be now
    if noted:
        audit.record(row, "submission.delete", by=by.pk, cancelled_jobs=cancelled)
    jobs = list(Job.objects.filter(submission=row).values_list("pk", flat=True))
    _keep_costs(row, jobs)
    with audit.unrecorded():  # one entry says it all, and those of rows would quote them
        _forget_findings(row)
        Submission.objects.filter(pk=key).update(current_job=None)
        Job.objects.filter(pk__in=jobs).delete()
        row.delete()
    return True


def _cancel_open_jobs(key: int) -> int:
    jobs = Job.objects.filter(submission=key).values_list("pk", flat=True)
    return sum(transitions.cancel(job) is not None for job in jobs)


def _forget_findings(submission: Submission) -> None:
    """Findings that no other submission has go, marked ones only their line of code."""
    seen_last = KnownFinding.objects.filter(last_seen=submission)
    seen_here = seen_last.filter(Q(first_seen=submission) | Q(first_seen=None))
    seen_here.exclude(state__in=MARKS).delete()
    seen_here.update(quote="")
    seen_last.exclude(first_seen=submission).update(last_seen=F("first_seen"))


def _keep_costs(submission: Submission, jobs: Collection[int]) -> None:
    day = submission.created_at.astimezone(UTC).date()
    owner = submission.user_id
    DeletedJob.objects.bulk_create(DeletedJob(job_id=job, user_id=owner, day=day) for job in jobs)
