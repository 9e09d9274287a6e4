"""The daily limit: taken and given back by conditional updates, exact at any concurrency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from billing.models import DailyUsage
from operations.clock import Now, database_now, next_midnight


@dataclass(frozen=True)
class Allowance:
    """What a user may still submit today. ``None`` means without limit."""

    limit: int | None
    used: int
    now: datetime

    @property
    def resets_at(self) -> datetime:
        return next_midnight(self.now)

    @property
    def seconds_until_reset(self) -> int:
        """Rounded up, so that whoever waits as long is not too early."""
        return ceil((self.resets_at - self.now).total_seconds())

    @property
    def remaining(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


class LimitReached(Exception):
    """The user has no submission left today; nothing was taken."""

    def __init__(self, limit: int, resets_at: datetime) -> None:
        super().__init__(
            f"Your daily limit of {limit} is reached. It resets at {resets_at:%H:%M} UTC."
        )
        self.limit = limit
        self.resets_at = resets_at

    @property
    def retry_after(self) -> int:
        """Seconds until the limit resets, at least one: this machine's clock may differ a bit."""
        return max(1, ceil((self.resets_at - timezone.now()).total_seconds()))


def daily_limit(user: User) -> int | None:
    """The user's limit: an override, else the plan's, else MAX_DAILY_SUBMISSIONS; None without."""
    if user.is_system:
        return None
    found = User.objects.filter(pk=user.pk).values(*_SET).first()
    return _limit_set(found or dict.fromkeys(_SET))


_OVERRIDE, _PLAN = "limit_override__daily_submissions", "membership__plan__daily_submissions"
_SET = ("limit_override", _OVERRIDE, _PLAN)


def _limit_set(found: Mapping[str, Any]) -> int | None:
    if found["limit_override"] is not None:
        limit: int | None = found[_OVERRIDE]
        return limit
    if found[_PLAN] is not None:
        return int(found[_PLAN])
    return settings.MAX_DAILY_SUBMISSIONS


def allowance(user: User) -> Allowance:
    """What stands for today, for showing; only ``take`` decides. One query."""
    today = DailyUsage.objects.filter(user=OuterRef("pk"), day=TruncDate(Now()))
    shown: dict[str, Any] = {"now": Now(), "used": Subquery(today.values("submissions"))}
    found = dict(User.objects.values(*_SET, **shown).get(pk=user.pk))
    limit = None if user.is_system else _limit_set(found)
    return Allowance(limit=limit, used=found["used"] or 0, now=found["now"])


def open_day(user: User) -> None:
    """Make sure that today's usage row stands, before the transaction that takes from it.

    Inserting inside of that transaction would let submissions that arrive together lock each
    other out on MySQL. Raises LimitReached where nothing is left, so that what cannot be admitted
    writes nothing; what passes here may still be refused by ``take``, which alone decides.
    """
    now = database_now()
    usage, _ = DailyUsage.objects.get_or_create(user=user, day=now.date())
    limit = daily_limit(user)
    if limit is not None and usage.submissions >= limit:
        raise LimitReached(limit, next_midnight(now))


def take(user: User) -> date:
    """Take one submission from today's limit and return the UTC day it was taken from.

    Call it inside the transaction that creates the submission: if that fails, nothing was taken.
    Raises LimitReached.
    """
    now = database_now()
    limit = daily_limit(user)
    if _count_one(user, now.date(), limit):
        return now.date()
    # Either the limit is reached, or midnight passed since the day's row was opened.
    _, opened = DailyUsage.objects.get_or_create(user=user, day=now.date())
    if not opened or not _count_one(user, now.date(), limit):
        raise LimitReached(limit or 0, next_midnight(now))
    return now.date()


def _count_one(user: User, day: date, limit: int | None) -> bool:
    usage = DailyUsage.objects.filter(user=user, day=day)
    if limit is not None:
        usage = usage.filter(submissions__lt=limit)
    return bool(usage.update(submissions=F("submissions") + 1))


def give_back(user_id: int, day: date) -> None:
    """Return one submission to the day it was taken from; the caller sees to it being once."""
    DailyUsage.objects.filter(user_id=user_id, day=day, submissions__gt=0).update(
        submissions=F("submissions") - 1
    )
