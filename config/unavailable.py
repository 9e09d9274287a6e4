"""What is answered while the database is away or too busy: 503, and nothing that was typed is lost.

Nothing here may read the database: no session, no user, and so not the usual frame of the pages.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse

from operations.database import is_unavailable
from operations.problems import is_api, problem
from pipeline.forms import SubmissionForm
from pipeline.views.handing_in import kept_form

UNREADABLE_FORMS = (SuspiciousOperation, BadRequest, MultiPartParserError)
RETRY_SECONDS = 10
DETAIL = (
    "The database does not answer right now. Send the request again in a moment. Whether a "
    "submission was stored is not known; with an Idempotency-Key it is never stored twice."
)

logger = structlog.get_logger(__name__)


class DatabaseMayBeAway:
    """Answers 503 instead of 500 to what fails because the database is away or too busy.

    It looks for the session's user itself, since the middleware that follows would fail over it.
    What fails elsewhere outside of a view reaches config.errors.server_error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            _load_user(request)
        except DatabaseError as error:
            if not is_unavailable(error):
                raise
            return unavailable(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DatabaseError) and is_unavailable(error):
            return unavailable(request, error)
        return None


def unavailable(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """503 with Retry-After; code that was being submitted stands in a form to be sent again."""
    logger.warning("database_unavailable", request=request.path, error=str(error))
    if is_api(request):
        return problem("unavailable", 503, DETAIL, retry_after=RETRY_SECONDS)
    context = {"form": _form_of(request), "user": None}  # the page must not look for the user
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _load_user(request: HttpRequest) -> None:
    """Read session and user now; whether the response depends on them is for others to say."""
    accessed = request.session.accessed
    bool(request.user.is_authenticated)
    request.session.accessed = accessed


def _form_of(request: HttpRequest) -> SubmissionForm | None:
    """The form that was sent, unless it is none of ours or cannot be read."""
    try:
        if request.method != "POST" or request.path != reverse("submission-list"):
            return None
        return kept_form(request) if _came_from_here(request) else None
    except (*UNREADABLE_FORMS, UnreadablePostError):
        return None


class _OriginCheck(CsrfViewMiddleware):
    """Django's check, asked for its reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _came_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent the form; one with an old token did."""
    check = _OriginCheck(lambda _request: HttpResponse())
    check.process_request(request)
    refused: HttpResponse | None = check.process_view(request, lambda *_: HttpResponse(), (), {})
    return refused is None or refused.content.startswith(b"CSRF ")
