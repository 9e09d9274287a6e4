"""The runs of a submission side by side: what ran each step, what came of it, where it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.urls import reverse

from operations.prepared import Bind, Select
from pipeline.models import Job, JobState, Step, StepResult, Submission
from pipeline.routing import Choice
from pipeline.views.history import WORDS_OF_STATES, tally_of
from providers.models import ProviderCall

AS_SET = "as set"
MOST_SHOWN = 50
# Most submissions were run once, and every look at a result asks.
_SOME = Select(Job.objects.filter(submission_id=Bind(Job, "submission")).order_by()[:2], "id")


@dataclass(frozen=True)
class Run:
    """One row of the table. ``engines`` are what ran, or was chosen for, each step, in order.

    ``cost`` is the sum of what is known in micro-dollars, None where no call has a known cost;
    ``asked`` says whether a model was called.
    """

    number: int
    job: Job
    address: str
    is_shown: bool
    mark: str
    state: str
    engines: tuple[str, ...]
    tally: list[tuple[str, int]] | None
    confidence: str | None
    milliseconds: int | None
    asked: bool
    cost: int | None


def address_of(submission: Submission, run: int | None = None) -> str:
    """Where the result of a run is read; without a number, that of the current one."""
    if run is None:
        return submission.get_absolute_url()
    return reverse("submission-detail-of-run", args=[submission.public_id, run])


def runs_of(submission: Submission) -> list[Run]:
    """The newest runs in order; none where there was one alone, and so nothing to choose from.

    One query then, five otherwise.
    """
    if len(_SOME.all(submission=submission.pk)) < 2:
        return []
    jobs = list(submission.jobs.order_by("-pk")[:MOST_SHOWN])[::-1]
    first = submission.jobs.count() - len(jobs) + 1
    results = _results_of(jobs)
    costs = _costs_of(jobs)
    return [
        _run(number, job, submission, results.get(job.pk, {}), costs)
        for number, job in enumerate(jobs, first)
    ]


def _run(
    number: int,
    job: Job,
    submission: Submission,
    results: dict[str, dict[str, Any]],
    costs: dict[int, int | None],
) -> Run:
    mark, state = WORDS_OF_STATES[JobState(job.state)]
    took = [result["duration_ms"] for result in results.values()]
    return Run(
        number=number,
        job=job,
        address=address_of(submission, number),
        is_shown=job.pk == submission.current_job_id,
        mark=mark,
        state=state,
        engines=tuple(_engine(job, step, results) for step in Step),
        tally=tally_of(job),
        confidence=results.get(Step.QUALITY, {}).get("content__confidence"),
        milliseconds=sum(took) if took else None,
        asked=job.pk in costs,
        cost=costs.get(job.pk),
    )


def _engine(job: Job, step: Step, results: dict[str, dict[str, Any]]) -> str:
    """What ran the step; while it did not, what was chosen for it."""
    if step in results:
        return str(results[step]["engine"])
    choice = (job.chosen or {}).get(step)
    return Choice(**choice).engine if choice else AS_SET


def _results_of(jobs: Iterable[Job]) -> dict[int, dict[str, dict[str, Any]]]:
    """What the table needs of each step's result, without the result."""
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
