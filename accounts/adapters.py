"""What allauth asks of us while somebody signs in: connections, what counts, what a failure shows.

allauth's own pages, sign-up and tables for e-mail addresses and tokens are not used: a person who
was proven is handed to accounts.identities, and every other end is a page of ours.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.shortcuts import resolve_url

from accounts import identities, views_failures
from accounts.openid import OpenIDProvider, PersonLogin
from accounts.views import BACKEND, to_next

TIMEOUT_SECONDS = 5
logger = structlog.get_logger(__name__)


class SignInAdapter(DefaultSocialAccountAdapter):
    """Ends every sign-in with a session of ours or with a page that says why not."""

    def get_requests_session(self) -> requests.Session:
        """Connections to a provider: with a time limit, and never on to another address."""
        session = requests.Session()
        session.max_redirects = 0
        limited = partial(session.request, timeout=TIMEOUT_SECONDS)
        session.request = limited  # type: ignore[method-assign]
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: PersonLogin) -> None:
        """Sign the proven person in or refuse; ends allauth's part either way."""
        identity = sociallogin.identity
        next_url = sociallogin.state.get("next") or resolve_url(settings.LOGIN_REDIRECT_URL)
        try:
            user = identities.sign_in(identity, address=request.META["REMOTE_ADDR"])
        except identities.SignInRefused as refused:
            logger.info("sign_in_refused", provider=identity.provider, reason=str(refused))
            page = views_failures.not_admitted(request, str(refused), next_url)
            raise ImmediateHttpResponse(page) from None
        login(request, user, backend=BACKEND)
        raise ImmediateHttpResponse(to_next(next_url))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: OpenIDProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Show our own page for whatever went wrong before anybody was proven."""
        state = (extra_context or {}).get("state")
        next_url = state.get("next", "") if state else ""
        if exception is not None:
            page = views_failures.not_proven(request, provider.name, exception, next_url)
        elif error == AuthError.CANCELLED:
            page = views_failures.cancelled(request, provider.name, next_url)
        elif state is None:
            page = views_failures.unknown_start(request)
        else:
            page = views_failures.refused_by_provider(request, provider.name, next_url)
        raise ImmediateHttpResponse(page)
