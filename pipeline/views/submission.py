"""One submission: its page with tabs, its progress, and cancelling its run."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from pipeline import services
from pipeline.analysis.types import Dossier, Verdict
from pipeline.models import BUILT_IN, Step, Submission
from pipeline.views import tabs
from pipeline.views.access import get_submission_for_user
from pipeline.views.history import language_label
from pipeline.views.progress import Results, progress_of, results_of


@login_required
@never_cache
@require_safe
def submission_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The result page; ``?tab=`` names the tab, ``?page=`` the page of findings."""
    submission = get_submission_for_user(cast(User, request.user), public_id)
    results = results_of(submission.current_job)
    context = _frame(request, submission, results)
    tab = context["tab"]
    if tab.ready:
        page = request.GET.get("page", "1")
        context |= tabs.panel_of(tab, submission, results, page)
        result = results[tab.kind.step]
        context |= {"result": result, "by_model": result.engine != BUILT_IN}
    return render(request, "pipeline/submission.html", context | _head(submission, results))


def _frame(request: HttpRequest, submission: Submission, results: Results) -> dict[str, Any]:
    """What the progress boxes and the tabs need."""
    shown = tabs.tabs_of(results, request.GET.get("tab", ""))
    return {
        "submission": submission,
        "job": submission.current_job,
        "progress": progress_of(submission.current_job, results),
        "tabs": shown,
        "tab": tabs.current(shown),
    }


def _head(submission: Submission, results: Results) -> dict[str, Any]:
    """What stands above the tabs."""
    dossier = tabs.content_of(results, Step.FORENSIC, Dossier)
    severities = [str(finding.severity) for finding in dossier.findings] if dossier else None
    return {
        "language": language_label(submission.language),
        "size": len(submission.code.encode()),
        "tally": None if severities is None else tabs.tally(severities),
        "verdict": tabs.content_of(results, Step.QUALITY, Verdict),
    }


@login_required
@never_cache
@require_safe
def submission_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The polled part of the page: 204 while nothing changed, a reload when the page must change.

    ``seen`` and ``shown`` tell what the page has: the progress it shows, and whether its panel
    already shows a result.
    """
    submission = get_submission_for_user(cast(User, request.user), public_id, code=False)
    stored = results_of(submission.current_job, content=False)
    context = _frame(request, submission, stored)
    panel_came = context["tab"].ready and request.GET.get("shown") == "0"
    if context["progress"].ended or panel_came:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == context["progress"].seen:
        return HttpResponse(status=204)
    return render(request, "partials/progress.html", context)


@login_required
@require_POST
def submission_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the run of a submission and go back to its page."""
    user = cast(User, request.user)
    submission = get_submission_for_user(user, public_id)
    try:
        services.cancel(submission=submission, by=user)
    except services.NotPossible as problem:
        messages.info(request, str(problem))
    return redirect(submission)
