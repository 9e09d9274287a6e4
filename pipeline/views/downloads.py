"""What people take with them: the rebuilt code, and the whole result as a report."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from pydantic import ValidationError

from accounts.models import User
from pipeline import reports
from pipeline.access import get_submission_for_user
from pipeline.analysis.types import Rebuild
from pipeline.models import Step, Submission
from pipeline.reports.file_names import safe_name
from pipeline.views.stored import content_of, results_of

REPORTS = {"markdown": "Markdown", "json": "JSON", "sarif": "SARIF"}


@require_safe
def submission_download(
    request: HttpRequest, public_id: str, run: int | None = None
) -> HttpResponse:
    """The rebuilt code, byte for byte, always as a file and never as a page."""
    submission = get_submission_for_user(cast(User, request.user), public_id, run=run)
    rebuild = content_of(results_of(submission.current_job), Step.REBUILDER, Rebuild)
    if rebuild is None:
        raise Http404("There is no rebuilt code yet.")
    name = _plain_name(submission)
    return _attachment(rebuild.code, f"{name.stem}.rebuilt{name.suffix}")


@require_safe
def submission_report(
    request: HttpRequest, public_id: str, form: str, run: int | None = None
) -> HttpResponse:
    """The result of an ended run as a report; ``form`` is a key of REPORTS."""
    submission = get_submission_for_user(cast(User, request.user), public_id, run=run)
    job = submission.current_job
    if form not in REPORTS or job is None or not job.has_ended:
        raise Http404("There is no such report of this run.")
    name = _plain_name(submission)
    try:
        file = reports.with_lives(reports.reviewed(name.name, submission, job), submission)
    except ValidationError as error:
        raise Http404("The stored result is of another version.") from error
    return _attachment(reports.render([file], form), name.name + reports.suffix_of(form))


def _attachment(text: str, filename: str) -> HttpResponse:
    """Text that a browser saves and does not show, whatever is in it."""
    response = HttpResponse(text.encode(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=filename
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _plain_name(submission: Submission) -> PurePosixPath:
    return PurePosixPath(safe_name(submission.filename, submission.language))
