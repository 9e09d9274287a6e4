"""The rows of the history: what each submission is, how its run stands and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.analysis.languages import LANGUAGES
from pipeline.models import JobState, Step, StepResult, Submission
from pipeline.views.tabs import tally

_WORDS = {
    JobState.QUEUED: ("waiting", "In the queue"),
    JobState.RUNNING: ("running", "Running"),
    JobState.SUCCEEDED: ("done", "Done"),
    JobState.FAILED: ("failed", "Failed"),
    JobState.DEAD: ("failed", "Failed"),
    JobState.CANCELLED: ("cancelled", "Cancelled"),
}


@dataclass(frozen=True)
class HistoryRow:
    """``tally`` and ``confidence`` are None where the step that makes them has no result.

    ``nothing`` says whether one can still come.
    """

    submission: Submission
    language: str
    mark: str
    state: str
    tally: list[tuple[str, int]] | None
    confidence: str | None
    nothing: str


def rows_of(submissions: Sequence[Submission]) -> list[HistoryRow]:
    """One row per submission, with all results fetched in one query."""
    jobs = [submission.current_job_id for submission in submissions]
    stored = StepResult.objects.filter(job__in=jobs, step__in=[Step.FORENSIC, Step.QUALITY])
    contents = {(job, step): c for job, step, c in stored.values_list("job", "step", "content")}
    return [_row(submission, contents) for submission in submissions]


def _row(submission: Submission, contents: dict[tuple[int, str], Any]) -> HistoryRow:
    job = submission.current_job
    mark, state = _WORDS[JobState(job.state)] if job else ("waiting", "Not run")
    key = job.pk if job else 0
    return HistoryRow(
        submission=submission,
        language=language_label(submission.language),
        mark=mark,
        state=state,
        tally=_tally(contents.get((key, Step.FORENSIC))),
        confidence=(contents.get((key, Step.QUALITY)) or {}).get("confidence"),
        nothing="not made" if job is None or job.has_ended else "not yet",
    )


def _tally(dossier: Any) -> list[tuple[str, int]] | None:
    """Counted from the stored form without validating all of it: 25 dossiers are on one page."""
    if not dossier:
        return None
    return tally([finding.get("severity", "") for finding in dossier.get("findings", ())])


def language_label(key: str) -> str:
    """The name people use for a language; a key that is no longer known stands for itself."""
    return LANGUAGES[key].label if key in LANGUAGES else key
