"""One submission: its page with tabs, and its progress."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from pipeline import usage
from pipeline.access import get_submission_for_user
from pipeline.analysis.types import Dossier, Verdict
from pipeline.models import BUILT_IN, Job, Step, Submission
from pipeline.views import tabs
from pipeline.views.history import language_label, tally_of
from pipeline.views.parts import part_of_page
from pipeline.views.progress import progress_of
from pipeline.views.runs import address_of, rows_of
from pipeline.views.stored import Results, content_of, results_of
from pipeline.views.triage import Typed

RELOAD = {"HX-Refresh": "true"}


@require_safe
def submission_detail(request: HttpRequest, public_id: str, run: int | None = None) -> HttpResponse:
    """The result page of the current run, or of the run of that number; ``?tab=`` names the tab,
    other words what it shows of it."""
    submission = get_submission_for_user(cast(User, request.user), public_id, run=run)
    return detail_page(request, submission, run=run, tab=request.GET.get("tab", ""))


def detail_page(
    request: HttpRequest,
    submission: Submission,
    *,
    tab: str,
    run: int | None = None,
    status: int = 200,
    typed: Typed | None = None,
) -> HttpResponse:
    """The page with a tab open; ``typed`` is a mark that was refused, for its form."""
    results = results_of(submission.current_job)
    context = _frame(tab, submission, results)
    context |= _runs(submission, run)
    current = context["tab"]
    if current.ready:
        if current.kind.step:
            result = results[current.kind.step]
            context |= {"result": result, "by_model": result.engine != BUILT_IN}
        shown = tabs.panel_of(current, submission, results, request.GET)
        panel = {**context, "typed": typed, **shown}
        context["panel"] = part_of_page(request, current.template, panel)
    context |= _head(submission, results)
    return render(request, "pipeline/submission.html", context, status=status)


def _runs(submission: Submission, run: int | None) -> dict[str, Any]:
    """Where this run is read, and the others beside it; the newest one is the current one."""
    runs = rows_of(submission)
    former = bool(runs) and not runs[-1].is_shown
    return {"here": address_of(submission, run), "runs": runs, "is_former": former}


def _frame(tab: str, submission: Submission, results: Results) -> dict[str, Any]:
    """What the progress boxes and the tabs need."""
    shown = tabs.tabs_of(submission.current_job, results, tab)
    return {
        "submission": submission,
        "job": submission.current_job,
        "progress": progress_of(submission.current_job, results),
        "tabs": shown,
        "tab": tabs.current(shown),
    }


def _head(submission: Submission, results: Results) -> dict[str, Any]:
    """What stands above the tabs."""
    job = submission.current_job
    return {
        "language": language_label(submission.language),
        "size": len(submission.code.encode()),
        "tally": _tally(job, results),
        "total": usage.of_job(job.pk) if job and job.has_ended else None,
        "verdict": content_of(results, Step.QUALITY, Verdict),
    }


def _tally(job: Job | None, results: Results) -> list[tuple[str, int]] | None:
    """From the job's row where it is known: reading a large dossier takes longer than the page."""
    if (kept := tally_of(job)) is not None:
        return kept
    dossier = content_of(results, Step.FORENSIC, Dossier)
    return tabs.tally([str(finding.severity) for finding in dossier.findings]) if dossier else None


@require_safe
def submission_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The polled part of the page: 204 while nothing changed, a reload when the page must change.

    ``seen`` and ``shown`` tell what the page has: the progress it shows, and whether its panel
    already shows a result.
    """
    submission = get_submission_for_user(cast(User, request.user), public_id, code=False)
    stored = results_of(submission.current_job)
    context = _frame(request.GET.get("tab", ""), submission, stored)
    context["here"] = address_of(submission)
    panel_came = context["tab"].ready and request.GET.get("shown") == "0"
    if context["progress"].ended or panel_came:
        return HttpResponse(headers=RELOAD)
    if request.GET.get("seen") == context["progress"].seen:
        return HttpResponse(status=204)
    return render(request, "partials/progress.html", context)
