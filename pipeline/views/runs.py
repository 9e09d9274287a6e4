"""The runs of a submission side by side: what ran each step, what came of it, where it is read."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from pipeline import runs
from pipeline.models import JobState, Step, Submission
from pipeline.runs import Run
from pipeline.views.history import WORDS_OF_STATES, tally_of

AS_SET = "as set"


@dataclass(frozen=True)
class RunRow:
    """One row of the table; ``engines`` stand in the order of the steps."""

    run: Run
    address: str
    is_shown: bool
    mark: str
    state: str
    engines: tuple[str, ...]
    tally: list[tuple[str, int]] | None


def address_of(submission: Submission, run: int | None = None) -> str:
    """Where the result of a run is read; without a number, that of the current one."""
    if run is None:
        return submission.get_absolute_url()
    return reverse("submission-detail-of-run", args=[submission.public_id, run])


def rows_of(submission: Submission) -> list[RunRow]:
    """The newest runs in order; none where there was one alone, and so nothing to choose from.

    One query then, five otherwise.
    """
    if not runs.has_several(submission):
        return []
    return [_row(run, submission) for run in runs.runs_of(submission)]


def _row(run: Run, submission: Submission) -> RunRow:
    mark, state = WORDS_OF_STATES[JobState(run.job.state)]
    return RunRow(
        run=run,
        address=address_of(submission, run.number),
        is_shown=run.job.pk == submission.current_job_id,
        mark=mark,
        state=state,
        engines=tuple(run.engines.get(step, AS_SET) for step in Step),
        tally=tally_of(run.job),
    )
