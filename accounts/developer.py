"""The two people of the developer sign-in, which exists only on a developer's own machine."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from operations.middleware import is_loopback

ADDRESSES = {"user": "dev-user@localhost", "admin": "dev-admin@localhost"}
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def developer(role: str) -> User:
    """The developer user or admin, created on first use. ``role`` is a key of ADDRESSES."""
    found = User.objects.filter(email=ADDRESSES[role]).first()
    return found or User.objects.create_user(ADDRESSES[role], name=f"Developer {role}", role=role)


def may_use_developer_sign_in(request: HttpRequest) -> bool:
    """Only with DEBUG on, from this machine, by a local name, and not through any proxy."""
    host = request.get_host()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return (
        settings.DEBUG
        and is_loopback(request.META.get("REMOTE_ADDR", ""))
        and name in LOCAL_HOSTS
        and not getattr(request, "was_forwarded", True)
    )
