"""Who may call the JSON API, and with what: the session of the pages, or a personal token.

Each operation is declared with one of the lists below. A session may do what its user may; a token
only what its scope covers. Where a bearer token is sent it alone counts, even beside a session.
However somebody came in, their calls of a minute are counted together.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import APIKeyCookie
from ninja.security.http import HttpAuthBase

from accounts import tokens
from accounts.bursts import seconds_to_wait
from accounts.models import ApiToken
from accounts.policies import Policy
from operations import audit

READ, SUBMIT = ApiToken.Scope.READ, ApiToken.Scope.SUBMIT
COVERED = {READ: {READ}, SUBMIT: {READ, SUBMIT}}


class NotAdministrator(Exception):
    """Somebody is signed in who may not do what administrators may."""


class InvalidToken(Exception):
    """The bearer token is none of ours, or it ended, or its user may not go on."""


class MissingScope(Exception):
    """The token is good, but not for this: ``needed`` is the scope that it lacks."""

    def __init__(self, needed: ApiToken.Scope) -> None:
        super().__init__(f"This needs a token with the scope {needed.value}.")
        self.needed = needed


class TooManyCalls(Exception):
    """The user called more than ``allowed`` times within a minute; ``retry_after`` in seconds."""

    def __init__(self, allowed: int, retry_after: int) -> None:
        super().__init__(f"Calls are limited to {allowed} a minute. Go on in {retry_after} s.")
        self.allowed, self.retry_after = allowed, retry_after


def _count_call(request: HttpRequest, user: AbstractBaseUser | AnonymousUser) -> None:
    """Raises TooManyCalls."""
    allowed = settings.API_CALLS_PER_MINUTE
    if seconds := seconds_to_wait(request, group="api", who=str(user.pk), per_minute=allowed):
        raise TooManyCalls(allowed, seconds)


class BearerToken(HttpAuthBase):
    """A personal token with at least ``scope``, of an administrator if only those may."""

    openapi_scheme = "bearer"

    def __init__(self, scope: ApiToken.Scope, *, administrators: bool = False) -> None:
        super().__init__()
        self.scope = scope
        self.administrators = administrators

    def __call__(self, request: HttpRequest) -> Any:
        """None without a bearer token, so that other ways to sign in get their turn."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        return self._user_of(request, text.strip()) if scheme.lower() == "bearer" else None

    def _user_of(self, request: HttpRequest, text: str) -> Any:
        token = tokens.holder(text)
        if token is None:
            raise InvalidToken
        _count_call(request, token.user)
        if self.administrators and not token.user.is_admin:
            raise NotAdministrator
        if self.scope not in COVERED[ApiToken.Scope(token.scope)]:
            raise MissingScope(self.scope)
        request.user = token.user
        audit.acts(token.user)
        structlog.contextvars.bind_contextvars(user_id=token.user.pk, token_id=token.pk)
        return token.user


class SessionCookie(APIKeyCookie):
    """The session of the pages. Everything but reading needs the CSRF token in X-CSRFToken."""

    policy = Policy.SIGNED_IN
    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Without a session 401 comes first; only who has one is told about the token."""
        if not request.user.is_authenticated:
            return None
        _count_call(request, request.user)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user


class Anybody(SessionCookie):
    """For what visitors may call too. A session that is there is guarded all the same."""

    policy = Policy.ANYBODY

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) or request.user


class AdministratorCookie(SessionCookie):
    """The session of an administrator; to others it is refused. Guarded as every session is."""

    policy = Policy.ADMINISTRATORS

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not getattr(request.user, "is_admin", False):
            raise NotAdministrator
        return request.user


# What reads; a POST needs one of the lists below, which a test sees to.
SIGNED_IN = [BearerToken(READ), SessionCookie()]
ANYBODY = [BearerToken(READ), Anybody()]
ADMINISTRATORS = [BearerToken(READ, administrators=True), AdministratorCookie()]
# What changes something.
SUBMITTERS = [BearerToken(SUBMIT), SessionCookie()]
CHANGING_ADMINISTRATORS = [BearerToken(SUBMIT, administrators=True), AdministratorCookie()]
