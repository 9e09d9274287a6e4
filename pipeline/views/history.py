"""The history: a page of what the user looked for, what each is and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from pipeline import listing
from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.types import Severity
from pipeline.listing import Listed
from pipeline.models import Job, JobState, Step, StepResult
from pipeline.models.job import ENDED
from pipeline.models.submission import title_of
from pipeline.views.history_form import HistoryForm
from pipeline.views.paging import page_numbered
from pipeline.views.parts import part_of_page

PER_PAGE = 25
WORDS_OF_STATES = {
    JobState.QUEUED: ("waiting", "In the queue"),
    JobState.RUNNING: ("running", "Running"),
    JobState.SUCCEEDED: ("done", "Done"),
    JobState.FAILED: ("failed", "Failed"),
    JobState.DEAD: ("failed", "Failed"),
    JobState.CANCELLED: ("cancelled", "Cancelled"),
}
NEVER_RUN = ("waiting", "Not run")


@dataclass(frozen=True)
class HistoryRow:
    """``tally`` and ``confidence`` are None where the step that makes them has no result.

    ``nothing`` says whether one can still come.
    """

    submission: Listed
    title: str
    language: str
    mark: str
    state: str
    tally: list[tuple[str, int]] | None
    confidence: str | None
    nothing: str


@login_required
def history(request: HttpRequest) -> HttpResponse:
    """One page of the user's submissions; what to look for stands in the address."""
    form = HistoryForm(request.GET)
    wanted = form.wanted()
    found = listing.keys_of(cast(User, request.user), wanted)
    # Comments stand in no index.
    page, no_page = page_numbered(
        found, PER_PAGE, request.GET.get("page", "1"), once=bool(wanted.text)
    )
    context = {
        "form": form,
        "query": form.query(),
        "page": page,
        "no_page": no_page,
        "all_chosen": request.GET.get("chosen") == "all",
        "rows": rows_of(list(page.object_list)),
    }
    parts = {
        "filter": part_of_page(request, "parts/history_filter.html", context),
        "list": part_of_page(request, "parts/history_rows.html", context),
    }
    return render(request, "pipeline/history.html", context | parts)


def rows_of(keys: Sequence[int]) -> list[HistoryRow]:
    """One row for each submission with one of these keys. Two queries."""
    submissions = listing.listed(keys)
    jobs = [submission.job for submission in submissions if submission.job is not None]
    stored = StepResult.objects.filter(job__in=jobs, step=Step.QUALITY)
    told = dict(stored.values_list("job", "content__confidence"))
    return [_row(submission, told) for submission in submissions]


def _row(submission: Listed, told: dict[int, str | None]) -> HistoryRow:
    mark, state = (
        NEVER_RUN if submission.state is None else WORDS_OF_STATES[JobState(submission.state)]
    )
    return HistoryRow(
        submission=submission,
        title=title_of(submission.filename, submission.start),
        language=language_label(submission.language),
        mark=mark,
        state=state,
        tally=tally_of(submission),
        confidence=told.get(submission.job) if submission.job else None,
        nothing="not made" if submission.state in (None, *ENDED) else "not yet",
    )


def tally_of(run: Job | Listed | None) -> list[tuple[str, int]] | None:
    """How many findings a run has of each severity; None where that is not known."""
    counts: dict[str, int] | None = run.tally if run else None
    if counts is None:
        return None
    return [(str(each), counts[each]) for each in Severity if counts.get(each)]


def language_label(key: str) -> str:
    """The name people use for a language; a key that is no longer known stands for itself."""
    return LANGUAGES[key].label if key in LANGUAGES else key
