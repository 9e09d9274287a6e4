"""Whole results to take along, one or several, as a zip."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from pipeline.access import get_submission_for_user, get_submissions_for_user
from pipeline.models import Submission
from pipeline.reports import bundle
from pipeline.views.choosing import back_with, chosen, problem_with

MOST_EXPORTED = 50
IN_MEMORY_BYTES = 4 * 1024 * 1024  # beyond that a temporary file without a name holds it
TOO_LARGE = "That is more than one export may hold. Choose fewer submissions."


@require_safe
def submission_export(
    request: HttpRequest, public_id: str, run: int | None = None
) -> HttpResponseBase:
    """Everything about one submission, of its current run or of an earlier one."""
    submission = get_submission_for_user(cast(User, request.user), public_id, run=run)
    name = bundle.folder_of(submission).partition("-")[2]
    return _zip(request, [submission], f"{name}.review.zip")


@require_safe
def submissions_export(request: HttpRequest) -> HttpResponseBase:
    """Everything about the chosen ones, MOST_EXPORTED at most."""
    user = cast(User, request.user)
    ids = chosen(request.GET)
    if problem := problem_with(ids, MOST_EXPORTED, "exported"):
        return back_with(request, problem)
    get_submissions_for_user(user, ids)
    one_by_one = (get_submission_for_user(user, public_id) for public_id in ids)
    return _zip(request, one_by_one, f"reviews-{timezone.now():%Y-%m-%d}.zip")


def _zip(request: HttpRequest, submissions: Iterable[Submission], name: str) -> HttpResponseBase:
    """The zip, made whole before it is sent, so that a failure is not half a file."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - Django closes it
    try:
        bundle.write(file, submissions)
    except bundle.BundleTooLarge:
        file.close()
        return back_with(request, TOO_LARGE)
    length = file.tell()
    file.seek(0)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(content_type="application/zip")
    headers = {"Content-Length": str(length)}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/zip", headers=headers
    )
