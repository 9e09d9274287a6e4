"""Where a user is signed in. The session itself is Django's row; beside it stands whose it is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import SignedIn, User
from operations import audit
from operations.clock import Now

BROWSER_LENGTH = 200


def note_sign_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    """Write down where a session was begun; receives Django's signal of every sign-in."""
    if request is None or not request.session.session_key:
        return
    forget_ended(user)
    SignedIn.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "address": _address(request),
            "browser": request.headers.get("User-Agent", "")[:BROWSER_LENGTH],
        },
    )


def connect() -> None:
    """Listen to sign-ins; for ``AppConfig.ready``."""
    user_logged_in.connect(note_sign_in, dispatch_uid="accounts.sessions")


def sessions_of(user: User) -> QuerySet[SignedIn]:
    """The user's sessions that stand, the newest first."""
    return standing(SignedIn.objects.filter(user=user))


def standing(rows: QuerySet[SignedIn]) -> QuerySet[SignedIn]:
    """Those whose session has not ended."""
    return rows.filter(_stands())


def forget_ended(user: User | None = None) -> int:
    """Delete what is noted of sessions that ended, of one user or of all; returns how many."""
    rows = SignedIn.objects.filter(~_stands())
    return int((rows.filter(user=user) if user else rows).delete()[0])


def end(session: SignedIn) -> None:
    """Sign out there."""
    with transaction.atomic():
        Session.objects.filter(session_key=session.session_key).delete()
        session.delete()
        audit.record(session.user, "user.end_session")


def end_all(user: User) -> None:
    """Delete all sessions of the user."""
    keys = SignedIn.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    SignedIn.objects.filter(user=user).delete()


def _stands() -> Exists:
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=Now())
    return Exists(live)


def _address(request: HttpRequest) -> str | None:
    return str(request.META.get("REMOTE_ADDR", ""))[:45] or None
