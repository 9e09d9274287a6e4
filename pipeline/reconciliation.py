"""Proves that what users are said to have used is what the calls of their jobs took.

Three records are kept apart: a row for each call, a result for each step, and a row for each user
and day. For every day the calls of ended jobs have to add up to the day's row, and each step's
result to the calls that gave it; what failed calls cost stands in the calls and the day alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from billing.models import DailyUsage
from operations import audit
from operations.clock import database_now
from pipeline import usage
from pipeline.models import BUILT_IN, DeletedJob, Job, StepResult
from pipeline.models.job import ENDED
from pipeline.usage import SUCCEEDED, SUMS, UNPRICED, Figures
from providers.models import ProviderCall

DAYS = 7
MOST_LISTED, MOST_SHOWN = 100, 20
logger = structlog.get_logger(__name__)
STEP_SUMS = ("input_tokens", "output_tokens", "cost_microdollars")


@dataclass(frozen=True)
class Difference:
    """Where two records say something else. ``where`` names a step's result, or is the day's.

    ``user`` is a number: reports are kept, and people may have themselves erased.
    """

    day: date
    user: str
    where: str
    figure: str
    stands: int
    calls_say: int


@dataclass
class Report:
    """What was compared and found. ``open_calls`` and ``unpriced_calls`` are no differences."""

    days: list[date]
    users: int = 0
    calls: int = 0
    cost_microdollars: int = 0
    open_calls: list[ProviderCall] = field(default_factory=list)
    unpriced_calls: list[ProviderCall] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    fixed: int = 0

    @property
    def agrees(self) -> bool:
        """Whether the records agree, as they were found."""
        return not self.differences

    def summary(self) -> dict[str, Any]:
        """The report as JSON, with the first of its differences."""
        return {
            "verdict": "agrees" if self.agrees else "DIFFERS",
            "days": [str(day) for day in self.days],
            "days_of_users": self.users,
            "calls": self.calls,
            "cost_microdollars": self.cost_microdollars,
            "calls_without_outcome": [str(call.call_id) for call in self.open_calls],
            "calls_of_unknown_cost": len(self.unpriced_calls),
            "differences": len(self.differences),
            "first_differences": [
                {**vars(each), "day": str(each.day)} for each in self.differences[:MOST_SHOWN]
            ],
        }


def recent_days() -> list[date]:
    """The last days by the database's clock, today included."""
    today = database_now().date()
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def reconcile_and_tell() -> dict[str, Any]:
    """Compare the last days; that they do not agree is logged. The report as JSON."""
    report = reconcile(recent_days())
    if not report.agrees:
        logger.error("usage_disagrees", differences=len(report.differences))
    return report.summary()


def reconcile(days: list[date], *, fix: bool = False) -> Report:
    """Compare the records of these UTC days; with ``fix`` make the days' rows what calls say.

    Results are never changed: one that is not what its calls say stays a difference.
    """
    report = Report(days)
    for day in days:
        _compare_usage(day, report, fix=fix)
        report.differences += _results_unlike_calls(day)
        calls, deleted = _calls_of(usage.jobs_of(day)), _calls_of(_deleted_jobs(day))
        report.open_calls += _listed(_without_outcome(calls))
        report.open_calls += _listed(deleted.filter(state=ProviderCall.State.INTENT))
        report.unpriced_calls += _listed(calls.filter(UNPRICED)) + _listed(deleted.filter(UNPRICED))
    return report


def _compare_usage(day: date, report: Report, *, fix: bool) -> None:
    said = _said_by_calls(day)
    stands = {row.user_id: Figures.of(row) for row in DailyUsage.objects.filter(day=day)}
    for user_id in sorted(said.keys() | stands.keys()):
        calls = said.get(user_id, Figures())
        if stands.get(user_id, Figures()) != calls:
            found = _look_again(user_id, day, fix=fix)
            report.differences += found
            report.fixed += bool(fix and found)
        report.users += 1
        report.calls += calls.calls
        report.cost_microdollars += calls.cost_microdollars


def _said_by_calls(day: date) -> dict[int, Figures]:
    """What the calls of the day's ended jobs took, by user, those deleted since among them."""
    said = _by_owner(usage.ended_jobs(day), "submission__user_id")
    for owner, figures in _by_owner(_deleted_jobs(day), "user_id").items():
        said[owner] = said.get(owner, Figures()) + figures
    return said


def _by_owner(jobs: QuerySet[Any], owner_column: str) -> dict[int, Figures]:
    owner = jobs.model._default_manager.filter(pk=OuterRef("job_id")).values(owner_column)
    calls = _calls_of(jobs).annotate(owner=Subquery(owner)).order_by()
    rows = calls.values("owner").annotate(**SUMS).values_list("owner", *SUMS)
    return {owner: Figures(*figures) for owner, *figures in rows}


def _deleted_jobs(day: date) -> QuerySet[DeletedJob]:
    return DeletedJob.objects.filter(day=day).order_by()


@transaction.atomic
def _look_again(user_id: int, day: date, *, fix: bool) -> list[Difference]:
    """The differences that are still there while nobody else can change the day's row.

    A job that ended between the two looks before is none.
    """
    stands = usage.locked(user_id, day)
    calls_say = usage.measured(user_id, day)
    user = f"#{user_id}"
    pairs = zip(asdict(stands).items(), asdict(calls_say).values(), strict=True)
    found = [
        Difference(day, user, "day", name, stood, said)
        for (name, stood), said in pairs
        if stood != said
    ]
    if fix and found:
        _rewrite(user_id, day)
    return found


def _rewrite(user_id: int, day: date) -> None:
    before, now = usage.recount(user_id, day)
    row = DailyUsage.objects.get(user_id=user_id, day=day)
    audit.record(row, "usage.fix", before=asdict(before), after=asdict(now))


def _results_unlike_calls(day: date) -> Iterator[Difference]:
    """Results whose tokens or cost are not those of the calls that gave them.

    No call gave the built-in engine's: where it stood in for a model, what was paid for an answer
    of no use stands in the calls and the day alone.
    """
    results = StepResult.objects.filter(job__in=usage.jobs_of(day).values("pk"))
    results = results.exclude(engine=BUILT_IN)
    for name in STEP_SUMS:
        for result in _unlike(results, name):
            where = f"{result.step} of job {result.job_id}"
            owner = f"#{result.job.submission.user_id}"
            stands, said = getattr(result, name) or 0, _said_by_trace(result, name)
            if stands != said:
                yield Difference(day, owner, where, name, stands, said)


def _said_by_trace(result: StepResult, name: str) -> int:
    """The figure of the calls that the result itself names, whichever attempt made them.

    A step that asks several times goes on after the answers that earlier attempts kept.
    """
    named = [entry["call_id"] for entry in result.trace if entry.get("call_id")]
    calls = ProviderCall.objects.filter(
        job_id=result.job_id, step=result.step, state=SUCCEEDED, call_id__in=named
    )
    return int(calls.aggregate(figure=SUMS[name])["figure"])


def _unlike(results: QuerySet[StepResult], name: str) -> QuerySet[StepResult]:
    """Those that differ in one figure from the calls of their attempt.

    An unknown one is right where a call's is unknown.
    """
    calls = _calls_of_result()
    said = calls.values("job_id").annotate(figure=SUMS[name]).values("figure")
    unknown = Exists(calls.filter(**{f"{name}__isnull": True}))
    compared = results.annotate(said=Coalesce(Subquery(said), 0), stood=Coalesce(F(name), 0))
    differing = compared.exclude(said=F("stood")).exclude(Q(**{f"{name}__isnull": True}) & unknown)
    heavy = ("content", "job__submission__code", "job__submission__comments")
    return differing.select_related("job__submission").defer(*heavy)


def _calls_of_result() -> QuerySet[ProviderCall]:
    """The calls that gave a result: those of its step that were answered in its attempt."""
    same = {name: OuterRef(name) for name in ("job_id", "step", "attempt")}
    return ProviderCall.objects.filter(state=SUCCEEDED, **same).order_by()


def _calls_of(jobs: QuerySet[Any]) -> QuerySet[ProviderCall]:
    return ProviderCall.objects.filter(job_id__in=jobs.values("pk")).order_by("pk")


def _without_outcome(calls: QuerySet[ProviderCall]) -> QuerySet[ProviderCall]:
    """Calls whose worker vanished before it noted an answer. One in progress is none."""
    job: Any = Job.objects.filter(pk=OuterRef("job_id"))
    over = Exists(job.filter(Q(state__in=ENDED) | Q(attempts__gt=OuterRef("attempt"))))
    return calls.filter(over, state=ProviderCall.State.INTENT)


def _listed(calls: QuerySet[ProviderCall]) -> list[ProviderCall]:
    return list(calls[:MOST_LISTED])
