"""What can be done with accounts outside of their own pages: the system user, roles, sign-in links.

A sign-in link is a signed token that names the user and a digest of the state it was issued in.
Using it changes that state, so it works once; so does any other sign-in in between.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import sessions
from accounts.models import User
from operations import audit

SYSTEM_EMAIL = "reviewer@localhost"
LINK_LIFETIME = timedelta(minutes=15)
_SALT = "accounts.sign-in-link"


class AccountError(Exception):
    """An account action is not possible; ``str(error)`` says why in one plain sentence."""


class LinkRefused(AccountError):
    """A sign-in link does not work: old, used, forged, or its user may not sign in."""


def local_system_user() -> User:
    """The user that owns what commands submit: without limit, and nobody can sign in as it."""
    known = User.objects.filter(email=SYSTEM_EMAIL, is_system=True).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(
                SYSTEM_EMAIL, name="Local reviews", is_system=True, is_active=True
            )
    except (IntegrityError, ValidationError):  # another process was first
        return User.objects.get(email=SYSTEM_EMAIL, is_system=True)


def promote(email: str) -> User:
    """Make an existing user an administrator. Raises AccountError."""
    with transaction.atomic():
        user = user_with(email)
        if user.is_system:
            raise AccountError(f"{user.email} belongs to the system and cannot be promoted.")
        user.role = User.Role.ADMIN
        user.save(update_fields=["role"])
    return user


def suspend(*, user: User, by: User) -> None:
    """Shut a user out from the next request on. Raises AccountError."""
    if user == by:
        raise AccountError("You cannot suspend yourself.")
    if user.is_system:
        raise AccountError(f"{user.email} belongs to the system and cannot be suspended.")
    user.is_active = False
    user.save(update_fields=["is_active"])


def reactivate(*, user: User) -> None:
    """Let a suspended user in again. Raises AccountError."""
    with transaction.atomic():
        row = User.objects.select_for_update().filter(pk=user.pk).first()
        if row is None or row.erasing_at:  # perhaps since the caller read it
            raise AccountError(f"{user.email} is being erased, and that cannot be undone.")
        row.is_active = True
        row.save(update_fields=["is_active"])


def end_sessions(*, user: User) -> None:
    """Sign a user out everywhere; unused sign-in links end as well."""
    with transaction.atomic():
        user.end_sessions()
        sessions.end_all(user)
        audit.record(user, "user.end_sessions")


def may_sign_in(email: str) -> bool:
    """Whether SIGNIN_ALLOWED (domains or addresses; '*' for all) admits an address.

    An empty list admits everybody: production refuses to start with one.
    """
    allowed = {word.lower().lstrip("@") for word in settings.SIGNIN_ALLOWED}
    address = email.strip().lower()
    return not allowed or bool(allowed & {"*", address, address.rpartition("@")[2]})


def issue_login_link(email: str, *, create: bool = False) -> str:
    """The path of a page where the user signs in once, within 15 minutes. Raises AccountError.

    With ``create`` a missing user is made first, as an ordinary one.
    """
    if not may_sign_in(email):
        raise AccountError(f"SIGNIN_ALLOWED does not admit {email}.")
    user = _user_or_new(email) if create else user_with(email)
    refuse_who_may_not(user, AccountError)
    token = signing.dumps([user.pk, _state_of(user)], salt=_SALT)
    return reverse("sign-in-link", args=[token])


def user_of_link(token: str) -> User:
    """The user whom an unused link would sign in; uses nothing up. Raises LinkRefused."""
    try:
        pk, state = signing.loads(token, salt=_SALT, max_age=LINK_LIFETIME)
    except signing.SignatureExpired:
        raise LinkRefused("This sign-in link is older than 15 minutes.") from None
    except (signing.BadSignature, ValueError):
        raise LinkRefused("This sign-in link is not one of ours, or it is incomplete.") from None
    user = User.objects.filter(pk=pk).first()
    if user is None or not constant_time_compare(state, _state_of(user)):
        raise LinkRefused("This sign-in link was used already, or a later sign-in replaced it.")
    refuse_who_may_not(user, LinkRefused)
    return user


def redeem_login_link(token: str) -> User:
    """Use a link up and return its user, for the caller to sign in. Raises LinkRefused.

    Of concurrent calls exactly one succeeds: the update is conditional on the state in the link.
    """
    user = user_of_link(token)
    unused = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
    if user.last_login is None:
        unused = unused.filter(last_login__isnull=True)
    else:
        unused = unused.filter(last_login=user.last_login)
    with transaction.atomic():
        if not unused.update(last_login=timezone.now()):
            raise LinkRefused("This sign-in link was used already.")
        user.refresh_from_db()
        audit.record(user, "user.sign_in", by="sign-in link")
    return user


def _state_of(user: User) -> str:
    """Changes with every sign-in and with every end of all sessions."""
    state = f"{user.pk}|{user.email}|{user.password}|{user.last_login}"
    return salted_hmac(_SALT, state, algorithm="sha256").hexdigest()[:32]


def refuse_who_may_not(user: User, error: type[AccountError]) -> None:
    """Raise ``error`` if the user is the system's, suspended, or not in SIGNIN_ALLOWED."""
    if user.is_system:
        raise error(f"{user.email} belongs to the system; nobody can sign in as it.")
    if not user.is_active:
        raise error(f"The account {user.email} is suspended.")
    if not may_sign_in(user.email):
        raise error(f"{user.email} is not admitted here.")


def user_with(email: str) -> User:
    """The user with this address. Raises AccountError."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise AccountError(f"There is no user {email}.")
    return user


def _user_or_new(email: str) -> User:
    known = User.objects.filter(email=email.strip().lower()).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except ValidationError as error:
        raise AccountError(f"{email} is not an e-mail address: {error.messages[0]}") from None
