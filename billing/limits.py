"""The daily limit: taken and given back by conditional updates, exact at any concurrency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from billing.models import DailyUsage
from operations.clock import database_now, next_midnight


@dataclass(frozen=True)
class Allowance:
    """What a user may still submit today. ``None`` means without limit."""

    limit: int | None
    used: int
    resets_at: datetime

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
        return max(1, int((self.resets_at - timezone.now()).total_seconds()))


def daily_limit(user: User) -> int | None:
    """The user's limit: an override, else the plan's, else MAX_DAILY_SUBMISSIONS; None without."""
    if user.is_system:
        return None
    override, plan = "limit_override__daily_submissions", "membership__plan__daily_submissions"
    found = User.objects.filter(pk=user.pk).values("limit_override", override, plan).first()
    if found and found["limit_override"] is not None:
        limit: int | None = found[override]
        return limit
    if found and found[plan] is not None:
        return int(found[plan])
    return settings.MAX_DAILY_SUBMISSIONS


def allowance(user: User) -> Allowance:
    """What stands for today, for showing; only ``take`` decides."""
    now = database_now()
    row = DailyUsage.objects.filter(user=user, day=now.date()).first()
    return Allowance(
        limit=daily_limit(user), used=row.submissions if row else 0, resets_at=next_midnight(now)
    )


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
