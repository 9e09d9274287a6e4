"""Ending a run by request, and running one again that ended by our fault."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import User
from billing.limits import LimitReached
from pipeline import services
from pipeline.access import get_submission_for_user


@require_POST
def submission_cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    """End the run of a submission and go back to its page, which says what it cost."""
    user = cast(User, request.user)
    submission = get_submission_for_user(user, public_id, code=False)
    try:
        services.cancel(submission=submission, by=user)
    except services.NotPossible as problem:
        messages.info(request, str(problem))
    return redirect(submission)


@require_POST
def submission_retry(request: HttpRequest, public_id: str) -> HttpResponse:
    """Run a submission again and go back to its page, which shows the new run or says why not."""
    user = cast(User, request.user)
    submission = get_submission_for_user(user, public_id, code=False)
    try:
        services.retry(submission=submission, by=user)
    except (services.NotPossible, services.QueueFull, LimitReached) as problem:
        messages.info(request, str(problem))
    return redirect(submission)
