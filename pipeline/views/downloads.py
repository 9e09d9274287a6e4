"""What people take with them: the rebuilt code, and the whole result as a report."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from operations.attachments import attachment
from pipeline.access import get_submission_for_user
from pipeline.analysis.types import Rebuild
from pipeline.models import Step
from pipeline.reports.file_names import safe_name
from pipeline.reports.result import report_of
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
    name = PurePosixPath(safe_name(submission.filename, submission.language))
    return attachment(rebuild.code, f"{name.stem}.rebuilt{name.suffix}")


@require_safe
def submission_report(
    request: HttpRequest, public_id: str, form: str, run: int | None = None
) -> HttpResponse:
    """The result of an ended run as a report; ``form`` is a key of REPORTS."""
    submission = get_submission_for_user(cast(User, request.user), public_id, run=run)
    if form not in REPORTS:
        raise Http404("There is no such report.")
    filename, text = report_of(submission, form)
    return attachment(text, filename)
