"""The pages of sign-ins that came to nothing: each says why and leads back to try again."""

from __future__ import annotations

import requests
import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.openid import NotProven, ProviderUnusable

logger = structlog.get_logger(__name__)


def not_admitted(request: HttpRequest, reason: str, next_url: str) -> HttpResponse:
    """403 for a proven person who may not come in."""
    return _page(request, "You cannot sign in", reason, 403, next_url)


def cancelled(request: HttpRequest, provider: str, next_url: str) -> HttpResponse:
    """The person said no at the provider; nothing is wrong."""
    text = f"You cancelled at {provider}. Nothing was stored."
    return _page(request, "Sign-in cancelled", text, 200, next_url)


def refused_by_provider(request: HttpRequest, provider: str, next_url: str) -> HttpResponse:
    """403: the provider answered with an error of its own, whose code goes to the log."""
    code = request.GET.get("error", "")[:80]
    logger.warning("sign_in_refused_by_provider", provider=provider, code=code)
    text = f"{provider} refused the sign-in. If that goes on, ask whoever runs this installation."
    return _page(request, "Sign-in failed", text, 403, next_url)


def unknown_start(request: HttpRequest) -> HttpResponse:
    """403: the state is missing, forged, used already or older than ten minutes."""
    text = (
        "This sign-in did not start in this browser, was finished already, or took longer than "
        "ten minutes. Start it again here."
    )
    return _page(request, "Sign-in failed", text, 403)


def not_proven(
    request: HttpRequest, provider: str, exception: Exception, next_url: str = ""
) -> HttpResponse:
    """502 if the provider does not work, 403 if its answer proves nothing.

    The reason goes to the log alone. Errors of libraries may quote the provider's answer, so of
    those only the kind is noted.
    """
    ours = isinstance(exception, ProviderUnusable | NotProven)
    reason = str(exception) if ours else type(exception).__name__
    logger.warning("sign_in_failed", provider=provider, reason=reason)
    if isinstance(exception, ProviderUnusable | requests.RequestException):
        text = f"{provider} does not answer as it should. Try again in a minute."
        return _page(request, "Sign-in failed", text, 502, next_url)
    text = f"What {provider} sent does not prove who you are. Start the sign-in again."
    return _page(request, "Sign-in failed", text, 403, next_url)


def _page(
    request: HttpRequest, title: str, reason: str, status: int, next_url: str = ""
) -> HttpResponse:
    context = {"title": title, "reason": reason, "next": next_url}
    return render(request, "accounts/sign_in_failed.html", context, status=status)
