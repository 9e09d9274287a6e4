"""Finds a user's submissions by what they are and what came of them, however many there are.

Only keys are sorted and counted, so that code is never read for it. ``./dev bench pages`` measures
it with 50,000 submissions of one user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from accounts.models import User
from pipeline.analysis.types import Severity
from pipeline.models import JobState, Submission
from pipeline.models.submission import TITLE_WITHIN
from pipeline.severities import NO_FINDINGS

WORST = {**{str(each).lower(): each.rank for each in Severity}, "none": NO_FINDINGS}
_START = Case(When(filename="", then=Substr("code", 1, TITLE_WITHIN)), default=Value(""))
_COLUMNS = (
    *("pk", "public_id", "filename", "language", "created_at", "start"),
    *("current_job", "current_job__state", "current_job__tally"),
)
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
ORDERS: Mapping[str, tuple[Any, ...]] = {
    "newest": ("-created_at", "-id"),
    "oldest": ("created_at", "id"),
    "name": ("filename", "id"),
    "worst": (F("current_job__worst_severity").asc(nulls_last=True), "-created_at", "-id"),
}


@dataclass(frozen=True)
class Wanted:
    """What to look for; what is empty does not matter. Days are UTC days, both included.

    ``severity`` is a key of WORST, ``order`` of ORDERS.
    """

    text: str = ""
    language: str = ""
    states: tuple[JobState, ...] = ()
    severity: str = ""
    since: date | None = None
    until: date | None = None
    order: str = "newest"


@dataclass(frozen=True)
class Listed:
    """What lists show of a submission and of its current run; of one never run, None.

    ``start`` is the part of the code in which its title is, where it has no file name.
    """

    pk: int
    public_id: str
    filename: str
    language: str
    created_at: datetime
    start: str
    job: int | None
    state: str | None
    tally: dict[str, int] | None


def keys_of(user: User, wanted: Wanted) -> QuerySet[Submission, int]:
    """The primary keys of what was looked for, in order."""
    found = Submission.objects.filter(_matching(wanted), user=user)
    return found.order_by(*ORDERS[wanted.order]).values_list("pk", flat=True)


def listed(keys: Sequence[int]) -> list[Listed]:
    """These submissions in this order. One query; no model is made for a row."""
    rows = Submission.objects.filter(pk__in=keys).order_by().annotate(start=_START)
    found = {row[0]: Listed(*row) for row in rows.values_list(*_COLUMNS)}
    return [found[key] for key in keys if key in found]


def _matching(wanted: Wanted) -> Q:
    fits = Q()
    if wanted.text:
        fits &= Q(filename__icontains=wanted.text) | Q(comments__icontains=wanted.text)
    if wanted.language:
        fits &= Q(language=wanted.language)
    if wanted.states:
        fits &= Q(current_job__state__in=wanted.states)
    if wanted.severity:
        fits &= Q(current_job__worst_severity=WORST[wanted.severity])
    if wanted.since:
        fits &= Q(created_at__gte=_midnight(_clamped(wanted.since)))
    if wanted.until:
        fits &= Q(created_at__lt=_midnight(_clamped(wanted.until) + timedelta(days=1)))
    return fits


def _clamped(day: date) -> date:
    """A day beyond all that is stored finds what the last one there can be finds."""
    return min(max(day, EARLIEST), LATEST)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
