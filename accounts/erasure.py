"""Hands out everything that is stored about a user, and erases it with the account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.services import AccountError
from operations import audit, privacy
from operations.clock import Now, now_plus

PATIENCE_SECONDS = 5.0  # that somebody's request waits for it
LOOK_SECONDS = 10.0
TURN_SECONDS, REST_SECONDS = 8.0, 30.0  # a turn may take one long step more
WRONG_ADDRESS = "That is not the e-mail address of this user. Nothing was done."


def export_user(user: User) -> Iterator[bytes]:
    """A zip in pieces; what is handed out is noted."""
    audit.record(user, "user.export")
    return privacy.export(user)


def delete_user(user: User, *, within: float | None = PATIENCE_SECONDS) -> bool:
    """Erase the account for good. Raises AccountError for those that must stay.

    The account is shut first, so that nothing new comes meanwhile. Returns whether all is gone
    ``within`` so many seconds (None: however long it takes). What was not done, also because its
    process ended, is done by ``go_on``.
    """
    with transaction.atomic():
        _refuse_who_must_stay(user)
        audit.record(user, "user.delete")
        User.objects.filter(pk=user.pk).update(is_active=False, erasing_at=Now())
        user.end_sessions()
    return _erase(user, within)


def delete_somebody(*, user: User, by: User) -> bool:
    """Erase the account of somebody else, as above. Raises AccountError."""
    if user == by:
        raise AccountError("You cannot delete yourself here: your account page does it.")
    return delete_user(user)


def go_on() -> None:
    """Take a turn at each erasure that was begun and that nobody is at; for whoever looks often."""
    resting = User.objects.filter(erasing_at__lte=now_plus(-timedelta(seconds=REST_SECONDS)))
    for user in resting.order_by("erasing_at"):
        turn = User.objects.filter(pk=user.pk, erasing_at=user.erasing_at)
        if turn.update(erasing_at=Now()):
            _erase(user, TURN_SECONDS)


def _erase(user: User, within: float | None) -> bool:
    if not privacy.erase(user, within):
        return False
    with transaction.atomic(), audit.unrecorded():
        user.delete()
    return True


def confirm(user: User, email: str) -> None:
    """Refuse what was not meant: the address must be typed. Raises ValidationError."""
    if email.strip().lower() != user.email:
        raise ValidationError(WRONG_ADDRESS)


def _refuse_who_must_stay(user: User) -> None:
    if user.is_system:
        raise AccountError(f"{user.email} belongs to the system and cannot be deleted.")
    # Locked, so that two who delete each other do not both find the other there.
    administrators = User.objects.filter(role=User.Role.ADMIN, is_active=True).order_by("pk")
    standing = set(administrators.select_for_update().values_list("pk", flat=True))
    if user.is_admin and not standing - {user.pk}:
        raise AccountError(f"{user.email} is the only administrator. Make somebody else one first.")
