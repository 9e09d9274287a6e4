"""Says "look at job N" to whoever may run it. Only a hint: the job's row is the queue.

With Redis the hint is a Celery message; without it the pool of this process is woken.

A queued job is not announced again and again to a queue that holds its message already.
``announced_at`` says when the broker was last told; the sweep tells it of

- jobs that became due since (retried, released, taken back from a dead worker), and
- jobs announced a while ago, as many as the broker holds fewer messages than there are due jobs:
  these were lost with a broker that forgot its queue or a process that died before publishing.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import F, Q, QuerySet

from billing import budgets
from operations.clock import Now, now_plus
from operations.database import in_database
from pipeline import broker, expiry, pool, presence, tasks
from pipeline.models import Job, JobState
from pipeline.retries import ANNOUNCE_AGAIN

MOST_AT_ONCE = 500


def announce(job_id: int) -> None:
    """Hasten a queued job. It runs without this too: the sweep finds what nobody was told of.

    Call it after the commit that queued the job. A broker that is away costs at most 0.6 s.
    """
    if not settings.REDIS_URL:
        pool.wake()
    elif not broker.publish(tasks.run, job_id):
        Job.objects.filter(id=job_id, state=JobState.QUEUED).update(announced_at=None)


def sweep() -> None:
    """Take jobs and money back from workers that vanished; announce what nobody was told of."""
    in_database(expiry.return_expired)
    in_database(presence.forget_vanished)
    in_database(budgets.settle_expired)
    if settings.REDIS_URL:
        announce_due()


def announce_due() -> int:
    """Tell the broker of due jobs that it does not know of; returns how many it was told of."""
    told = _publish(in_database(_not_announced))
    waiting = in_database(_due().count)
    held = broker.messages_held() if waiting else None
    if held is not None and held < waiting:
        told += _publish(in_database(_announced_long_ago, waiting - held))
    return told


def _due() -> QuerySet[Job]:
    """Queued jobs whose time has come; isolated ones are left to the workers' own pools."""
    return Job.objects.filter(state=JobState.QUEUED, isolated=False, available_at__lte=Now())


def _not_announced() -> list[int]:
    """Jobs of which the broker was not told since they became due, the longest waiting first."""
    unknown = Q(announced_at=None) | Q(announced_at__lt=F("available_at"))
    due = _due().filter(unknown).order_by("available_at")
    return list(due.values_list("id", flat=True)[:MOST_AT_ONCE])


def _announced_long_ago(missing: int) -> list[int]:
    due = _due().filter(announced_at__lt=now_plus(-ANNOUNCE_AGAIN)).order_by("announced_at")
    return list(due.values_list("id", flat=True)[: min(missing, MOST_AT_ONCE)])


def _publish(job_ids: list[int]) -> int:
    """Publish until one fails and note which went out; returns how many."""
    published: list[int] = []
    for job_id in job_ids:
        if not broker.publish(tasks.run, job_id):
            break
        published.append(job_id)
    if published:
        in_database(_note_announced, published)
    return len(published)


def _note_announced(job_ids: list[int]) -> None:
    Job.objects.filter(id__in=job_ids, state=JobState.QUEUED).update(announced_at=Now())
