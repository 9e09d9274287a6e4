"""Personal tokens on the account page: made, shown once, revoked."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from accounts import tokens
from accounts.bursts import seconds_to_wait
from accounts.forms import TokenForm
from accounts.models import User
from accounts.services import AccountError

CREATED_PER_MINUTE = 10


@require_POST
@sensitive_variables("secret")
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    user = cast(User, request.user)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _not_created(request, form.first_problem())
    seconds = seconds_to_wait(
        request, group="tokens", who=str(user.pk), per_minute=CREATED_PER_MINUTE
    )
    if seconds:
        return _not_created(request, f"That was too often. Try again in {seconds} seconds.")
    try:
        token, secret = tokens.create(user=user, **form.wanted())
    except AccountError as problem:
        return _not_created(request, str(problem))
    shown = {"token": token, "text": secret.reveal()}
    return render(request, "accounts/token_created.html", shown)


@require_POST
def token_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End one of the user's own tokens."""
    token = tokens.standing(cast(User, request.user)).filter(pk=number).first()
    if token is None:
        raise Http404("There is no such token of yours.")
    tokens.revoke(token)
    messages.info(request, "That token is revoked. Programs that use it are refused now.")
    return redirect("account")


def _not_created(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, f"No token was created. {why}")
    return redirect("account")
