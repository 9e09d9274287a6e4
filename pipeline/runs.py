"""The runs of a submission: in which order they were, what ran each step, what that took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from operations.prepared import Bind, Select
from pipeline.models import Job, Step, StepResult, Submission
from pipeline.routing import Choice
from providers.models import ProviderCall

MOST_SHOWN = 50
# Most submissions were run once, and every look at a result asks.
_SOME = Select(Job.objects.filter(submission_id=Bind(Job, "submission")).order_by()[:2], "id")


@dataclass(frozen=True)
class Run:
    """One run. ``engines`` are what ran, or was chosen for, each step that has one.

    ``cost`` is the sum of what is known in micro-dollars, None where no call has a known cost;
    ``asked`` says whether a model was called.
    """

    number: int
    job: Job
    engines: dict[Step, str]
    confidence: str | None
    milliseconds: int | None
    asked: bool
    cost: int | None


def has_several(submission: Submission) -> bool:
    """Whether it was run more than once. One query."""
    return len(_SOME.all(submission=submission.pk)) > 1


def runs_of(submission: Submission) -> list[Run]:
    """The newest MOST_SHOWN in order, numbered from the first of all. Four queries."""
    jobs = list(submission.jobs.order_by("-pk")[:MOST_SHOWN])[::-1]
    first = submission.jobs.count() - len(jobs) + 1
    results = _results_of(jobs)
    costs = _costs_of(jobs)
    return [
        _run(number, job, results.get(job.pk, {}), costs) for number, job in enumerate(jobs, first)
    ]


def _run(
    number: int, job: Job, results: dict[str, dict[str, Any]], costs: dict[int, int | None]
) -> Run:
    took = [result["duration_ms"] for result in results.values()]
    engines = {step: _engine(job, step, results) for step in Step}
    return Run(
        number=number,
        job=job,
        engines={step: engine for step, engine in engines.items() if engine},
        confidence=results.get(Step.QUALITY, {}).get("content__confidence"),
        milliseconds=sum(took) if took else None,
        asked=job.pk in costs,
        cost=costs.get(job.pk),
    )


def _engine(job: Job, step: Step, results: dict[str, dict[str, Any]]) -> str:
    """What ran the step; while it did not, what was chosen for it, or nothing."""
    if step in results:
        return str(results[step]["engine"])
    choice = (job.chosen or {}).get(step)
    return Choice(**choice).engine if choice else ""


def _results_of(jobs: Iterable[Job]) -> dict[int, dict[str, dict[str, Any]]]:
    """What is told of each step's result, without the result."""
    names = ("job", "step", "engine", "duration_ms", "content__confidence")
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for row in StepResult.objects.filter(job__in=jobs).values_list(*names):
        told = dict(zip(names, row, strict=True))
        found.setdefault(told["job"], {})[told["step"]] = told
    return found


def _costs_of(jobs: Iterable[Job]) -> dict[int, int | None]:
    """What is known of the cost of each job's calls; nothing for jobs that called no model."""
    calls = ProviderCall.objects.filter(job_id__in=[job.pk for job in jobs]).order_by()
    sums = calls.values("job_id").annotate(cost=Sum("cost_microdollars"))
    return {job: cost for job, cost in sums.values_list("job_id", "cost") if job is not None}
