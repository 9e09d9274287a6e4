"""Who may call the JSON API. Each way to sign in is one more entry of SIGNED_IN."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie


class SessionCookie(APIKeyCookie):
    """The session of the pages. Everything but reading needs the CSRF token in X-CSRFToken."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """Without a session 401 comes first; only who has one is told about the token."""
        return super().__call__(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user


class Anybody(SessionCookie):
    """For what visitors may call too. A session that is there is guarded all the same."""

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) or request.user


SIGNED_IN = [SessionCookie()]
ANYBODY = [Anybody()]


class NotAdministrator(Exception):
    """Somebody is signed in who may not do what administrators may."""


class AdministratorCookie(SessionCookie):
    """The session of an administrator; to others it is refused. Guarded as every session is."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not getattr(request.user, "is_admin", False):
            raise NotAdministrator
        return request.user


ADMINISTRATORS = [AdministratorCookie()]
