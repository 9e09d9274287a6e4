"""This submission beside the one before it of the same file: both codes and both verdicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.analysis.types import Dossier, Verdict
from pipeline.models import Step, Submission
from pipeline.views.diff import Manner, diff_view
from pipeline.views.stored import Results, content_of, results_of

NOT_MADE = "not made"
MOST_LOOKED_AT = 20


@dataclass(frozen=True)
class Compared:
    """One row of the table of two verdicts."""

    label: str
    before: str
    now: str


def previous_of(submission: Submission) -> Submission | None:
    """The owner's last submission before this one of a file of exactly this name; None without.

    The database may take letters of both cases for the same, so the names are compared here too.
    """
    if not submission.filename:
        return None
    earlier = Submission.objects.filter(
        user=submission.user_id, filename=submission.filename, pk__lt=submission.pk
    )
    newest = earlier.order_by("-pk").defer("code", "comments")[:MOST_LOOKED_AT]
    return next((each for each in newest if each.filename == submission.filename), None)


def comparison(
    submission: Submission, previous: Submission, results: Results, manner: Manner
) -> dict[str, Any]:
    """The values that the diff tab's template needs in place of those of the rebuilt code."""
    unchanged = previous.code == submission.code
    return {
        "previous": previous,
        "against": "&with=previous",
        "sides": ("Before", "Now"),
        "unchanged": unchanged,
        "verdicts": _verdicts(results_of(previous.current_job), results),
        "diff": None if unchanged else diff_view(previous.code, submission.code, manner),
    }


def _verdicts(before: Results, now: Results) -> list[Compared]:
    told = zip(_told(before), _told(now), strict=True)
    labels = ("Findings", "Confidence", "In a sentence", "Checks")
    return [Compared(label, *pair) for label, pair in zip(labels, told, strict=True)]


def _told(results: Results) -> tuple[str, str, str, str]:
    dossier = content_of(results, Step.FORENSIC, Dossier)
    verdict = content_of(results, Step.QUALITY, Verdict)
    found = str(len(dossier.findings)) if dossier else NOT_MADE
    if verdict is None:
        return found, NOT_MADE, NOT_MADE, NOT_MADE
    counts = Counter(str(check.outcome) for check in verdict.checks)
    checks = f"{counts['pass']} passed, {counts['fail']} failed, {counts['not-run']} not run"
    return found, str(verdict.confidence), verdict.sentence, checks
