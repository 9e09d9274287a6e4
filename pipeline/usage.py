"""What the calls of jobs took, added to their user's day: once for each job, as it ends.

A job counts on the UTC day on which its submission was made, whenever it ran. The statement stands
in the transaction that ends the job, so that a crash leaves both or neither. What a call brings
after that (its job was cancelled meanwhile) makes the day be counted anew, under its row's lock.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate

from billing.models import DailyUsage
from operations.prepared import Select, Update, binder
from pipeline.models import DeletedJob, Job, Submission
from pipeline.models.job import ENDED
from providers import errors
from providers.models import ProviderCall

SUCCEEDED, FAILED = ProviderCall.State.SUCCEEDED, ProviderCall.State.FAILED
# An answer of unknown cost, or a failed call that the provider may charge for all the same.
UNPRICED = Q(cost_microdollars=None) & (
    Q(state=SUCCEEDED) | (Q(state=FAILED) & ~Q(error__in=("", *errors.FREE)))
)
SUMS: dict[str, Any] = {
    "calls": Count("pk"),
    "unpriced_calls": Count("pk", filter=UNPRICED),
    "input_tokens": Coalesce(Sum("input_tokens"), 0),
    "output_tokens": Coalesce(Sum("output_tokens"), 0),
    "cost_microdollars": Coalesce(Sum("cost_microdollars"), 0),
}


@dataclass(frozen=True)
class Figures:
    """What calls took together. ``calls`` has those without an outcome in it: they were begun.

    ``cost_microdollars`` is the sum of what is known; ``unpriced_calls`` says what it lacks.
    """

    calls: int = 0
    unpriced_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_microdollars: int = 0

    @property
    def has_known_cost(self) -> bool:
        """Whether the cost says something, be it of some calls only."""
        return bool(self.cost_microdollars) or (self.output_tokens > 0 and not self.unpriced_calls)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            *(ours + theirs for ours, theirs in zip(astuple(self), astuple(other), strict=True))
        )

    @classmethod
    def of(cls, usage: DailyUsage | None) -> Figures:
        return cls(**{name: getattr(usage, name) for name in SUMS}) if usage else cls()


_job = binder(ProviderCall)("job_id")
_OWN_JOB = Job.objects.filter(pk=_job).order_by()
_OWN_CALLS = ProviderCall.objects.filter(job_id=_job).order_by().values("job_id")


def _sum_of_own_calls(name: str) -> Any:
    return Coalesce(Subquery(_OWN_CALLS.annotate(figure=SUMS[name]).values("figure")), 0)


# Bound to ``job_id``.
COUNT = Update(
    DailyUsage.objects.filter(
        user_id=Subquery(_OWN_JOB.values("submission__user_id")),
        day=Subquery(
            _OWN_JOB.annotate(day=TruncDate("submission__created_at", tzinfo=UTC)).values("day")
        ),
    ),
    **{name: F(name) + _sum_of_own_calls(name) for name in SUMS},
)


# Bound to ``job_id``; no row where there are no calls.
TAKEN = Select(_OWN_CALLS.annotate(**SUMS), *SUMS)


def count(job_id: int) -> None:
    """Add what the job's calls took to its day, in the transaction that ends it, as its last.

    Last, because all take their locks in one order: job, submission, the user's day.
    """
    if COUNT.run(job_id=job_id):
        return
    # Nothing was taken from that day: the product's own submissions, or midnight came between.
    if ProviderCall.objects.filter(job_id=job_id).exists():
        user_id, day = day_of(job_id)
        DailyUsage.objects.get_or_create(user_id=user_id, day=day)
        COUNT.run(job_id=job_id)


def count_late(job_id: int) -> None:
    """Count what a call brought in this transaction, if its job ended or was deleted without it.

    Locks the job first: unless it has ended, whoever ends it sees what is written here.
    """
    job = Job.objects.select_for_update().only("state").filter(pk=job_id).first()
    if job is None:
        deleted = DeletedJob.objects.filter(pk=job_id).first()
        if deleted is not None:
            recount(deleted.user_id, deleted.day)
    elif job.has_ended:
        recount(*day_of(job_id))


def day_of(job_id: int) -> tuple[int, date]:
    """The user and the UTC day that a job counts on."""
    submission = Submission.objects.only("user_id", "created_at").get(jobs=job_id)
    return submission.user_id, submission.created_at.astimezone(UTC).date()


@transaction.atomic
def recount(user_id: int, day: date) -> tuple[Figures, Figures]:
    """Write what the calls of the day's ended jobs say; returns what stood before, and stands now.

    Exact while jobs end: each adds to the row that is locked here, and only with its end.
    """
    before = locked(user_id, day)
    now = measured(user_id, day)
    if before != now:
        DailyUsage.objects.update_or_create(user_id=user_id, day=day, defaults=asdict(now))
    return before, now


def locked(user_id: int, day: date) -> Figures:
    """What stands for the day; nobody else changes it until the transaction ends."""
    rows = DailyUsage.objects.select_for_update().filter(user_id=user_id, day=day)
    return Figures.of(rows.first())


def measured(user_id: int, day: date) -> Figures:
    """What the calls of the day's ended jobs took, those deleted since among them."""
    jobs = ended_jobs(day).filter(submission__user_id=user_id)
    deleted = DeletedJob.objects.filter(user_id=user_id, day=day)
    return _taken_by(jobs) + _taken_by(deleted)


def _taken_by(jobs: QuerySet[Any]) -> Figures:
    calls = ProviderCall.objects.filter(job_id__in=jobs.order_by().values("pk"))
    return Figures(**calls.aggregate(**SUMS))


def ended_jobs(day: date) -> QuerySet[Job]:
    """The jobs that count on a day: ended ones of submissions made on it."""
    return jobs_of(day).filter(state__in=ENDED)


def jobs_of(day: date) -> QuerySet[Job]:
    """All jobs of submissions made on a UTC day."""
    start = datetime.combine(day, time(), UTC)
    made = {"created_at__gte": start, "created_at__lt": start + timedelta(days=1)}
    return Job.objects.filter(**{f"submission__{name}": at for name, at in made.items()}).order_by()


def of_job(job_id: int) -> Figures:
    """What the calls made for one job took until now."""
    return Figures(**(TAKEN.first(job_id=job_id) or {}))
