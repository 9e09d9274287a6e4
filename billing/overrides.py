"""Exceptions to the daily limit: set, changed and removed, each with its entry in the audit log."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from billing.models import LimitOverride


def set_override(*, user: User, daily_submissions: int | None, reason: str = "") -> LimitOverride:
    """Let a limit of their own count for a user from the next submission on; None is without.

    Raises ValidationError.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two at once the last one counts
        override = LimitOverride.objects.filter(user=user).first() or LimitOverride(user=user)
        override.daily_submissions, override.reason = daily_submissions, reason
        override.full_clean()
        override.save()
    return override


def remove_override(*, user: User) -> bool:
    """Let the general limit count again; False if it did already."""
    with transaction.atomic():
        override = LimitOverride.objects.select_for_update().filter(user=user).first()
        if override is not None:
            override.delete()
    return override is not None
