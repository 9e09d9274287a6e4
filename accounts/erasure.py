"""Hands out everything that is stored about a user, and erases it with the account."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.services import AccountError, user_with
from operations import audit, privacy

WRONG_ADDRESS = "That is not the e-mail address of this user. Nothing was done."


def export_user(user: User) -> Iterator[bytes]:
    """A zip in pieces; what is handed out is noted."""
    audit.record(user, "user.export")
    return privacy.export(user)


def delete_user(user: User) -> None:
    """Erase the account for good. Raises AccountError for those that must stay.

    The account is shut first, so that nothing new comes meanwhile. What was cut off in the middle
    can be begun again: it goes on with what is left.
    """
    with transaction.atomic():
        _refuse_who_must_stay(user)
        audit.record(user, "user.delete")
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.end_sessions()
    privacy.erase(user)
    with transaction.atomic(), audit.unrecorded():
        user.delete()


def delete_somebody(*, user: User, by: User) -> None:
    """Erase the account of somebody else. Raises AccountError."""
    if user == by:
        raise AccountError("You cannot delete yourself here: your account page does it.")
    delete_user(user)


def confirm(user: User, email: str) -> None:
    """Refuse what was not meant: the address must be typed. Raises ValidationError."""
    if email.strip().lower() != user.email:
        raise ValidationError(WRONG_ADDRESS)


def user_of(email: str) -> User:
    """The user with this address. Raises AccountError."""
    return user_with(email)


def _refuse_who_must_stay(user: User) -> None:
    if user.is_system:
        raise AccountError(f"{user.email} belongs to the system and cannot be deleted.")
    # Locked, so that two who delete each other do not both find the other there.
    administrators = User.objects.filter(role=User.Role.ADMIN, is_active=True).order_by("pk")
    standing = set(administrators.select_for_update().values_list("pk", flat=True))
    if user.is_admin and not standing - {user.pk}:
        raise AccountError(f"{user.email} is the only administrator. Make somebody else one first.")
