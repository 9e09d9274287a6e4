"""What people do with their account: sign out elsewhere, take their data along, delete it."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import downloads, erasure, services, sessions
from accounts.models import User
from operations import privacy

GOING = "Your account is shut. What is stored about you is being deleted, which takes some minutes."
WRONG_ADDRESS = "That is not your e-mail address. Nothing was deleted."


@require_POST
def session_end(request: HttpRequest, number: int) -> HttpResponse:
    """End one of the user's own sessions; ending this one signs out."""
    session = sessions.sessions_of(_user(request)).filter(pk=number).first()
    if session is None:
        raise Http404("There is no such session of yours.")
    here = session.session_key == request.session.session_key
    sessions.end(session)
    if here:
        return _signed_out(request, "You are signed out.")
    messages.info(request, "That session is ended.")
    return redirect("account")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    services.end_sessions(user=_user(request))
    return _signed_out(request, "You are signed out everywhere.")


@require_POST
def account_export(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that is stored about the user, as a zip of JSON files."""
    return downloads.personal_data(_user(request), called="my-data")


@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """GET: what will go and what stays. POST with the address typed: delete the account."""
    user = _user(request)
    if request.method != "POST":
        return _delete_page(request)
    try:
        erasure.confirm(user, request.POST.get("email", ""))
        is_gone = erasure.delete_user(user)
    except ValidationError:
        return _delete_page(request, WRONG_ADDRESS)
    except services.AccountError as problem:
        return _delete_page(request, str(problem))
    return _signed_out(request, "Your account is deleted." if is_gone else GOING)


def _delete_page(request: HttpRequest, problem: str = "") -> HttpResponse:
    context = {"holdings": privacy.holdings(), "problem": problem}
    return render(request, "accounts/delete.html", context, status=422 if problem else 200)


def _signed_out(request: HttpRequest, message: str) -> HttpResponseRedirect:
    logout(request)
    messages.info(request, message)
    return redirect("home")


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
