"""What is answered to everything that went wrong: a page that says what happened and what to do,
or a problem in JSON where a program asks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse

from config.unavailable import UNREADABLE_FORMS, unavailable
from operations.database import is_unavailable
from operations.problems import is_api, problem
from pipeline.views.handing_in import give_back

TOO_LARGE = "The request is larger than this installation accepts."
MALFORMED = "The request is malformed."


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when what makes the request bad is its size."""
    too_big = isinstance(exception, RequestDataTooBig)
    if is_api(request) and too_big:
        return problem("too-large", 413, TOO_LARGE)
    if is_api(request):
        return problem("malformed", 400, MALFORMED)
    template, status = ("413.html", 413) if too_big else ("400.html", 400)
    return render(request, template, status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with our own reason if there is one."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    if is_api(request):
        return problem("forbidden", 403, reason)
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is not there and for what belongs to somebody else."""
    if is_api(request):
        return problem("not-found", 404, "There is nothing at this address.")
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; rendered without context, since anything may be broken. 503 for an absent database.

    Django calls it while it handles the error.
    """
    error = sys.exc_info()[1]
    if isinstance(error, DatabaseError) and is_unavailable(error):
        return unavailable(request, error)
    if is_api(request):
        return problem("internal-error", 500, "Something went wrong here. It has been logged.")
    return HttpResponse(get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old. Code sent with an old one is not lost.

    What another site sent is not shown: Django names its origin or referrer as the reason then.
    """
    token_is_old = reason.startswith("CSRF ")
    if token_is_old and request.path == reverse("submission-list"):
        return give_back(request)
    return render(request, "403_csrf.html", status=403)


def _wrong_method(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """405, which Django leaves without a word; signing in again may lead to such an address."""
    allowed = response["Allow"]
    answer: HttpResponse
    if is_api(request):
        answer = problem("wrong-method", 405, f"Here you can {allowed}, not {request.method}.")
    else:
        answer = render(request, "405.html", status=405)
    answer["Allow"] = allowed
    return answer


class OwnErrorPagesMiddleware:
    """Shows the product's own 404, 400 and 413 pages with DEBUG on too, and says what a 405 is.

    Developers keep Django's page for what is a mistake in the code, the 500. It stands before the
    CSRF check, which is the first to read a form and so to meet one that is too large.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        unknown_address = response.status_code == 404 and request.resolver_match is None
        if settings.DEBUG and unknown_address:
            return not_found(request, Http404())
        if response.status_code == 405 and (is_api(request) or not response.content):
            return _wrong_method(request, response)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        if not settings.DEBUG or is_api(request):  # programs send no forms, see config.api
            return None
        try:
            len(request.POST)
        except UNREADABLE_FORMS as refused:
            return bad_request(request, refused)
        except UnreadablePostError:
            return None  # the client went away; the CSRF check knows what to do
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if settings.DEBUG and isinstance(exception, Http404):
            return not_found(request, exception)
        if settings.DEBUG and isinstance(exception, SuspiciousOperation):
            return bad_request(request, exception)
        return None
