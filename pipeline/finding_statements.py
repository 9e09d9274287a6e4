"""The statements on findings that every job needs, compiled once (operations.prepared)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from functools import cache

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import TruncDate

from operations.clock import Now
from operations.prepared import Insert, Select, Update, binder
from pipeline.models import MARKS, KnownFinding

MOST_TOLD = 100  # marks, the newest

_bind = binder(KnownFinding)
# Bound to ``user`` and ``file_key``.
_IS_OVER = Q(expires_on__isnull=False, expires_on__lt=TruncDate(Now(), tzinfo=UTC))
_OF_FILE = KnownFinding.objects.filter(user_id=_bind("user"), file_key=_bind("file_key"))
KNOWN = Select(_OF_FILE.order_by(), "id", "fingerprint", "state", "by_model", "quote", "expires_on")
# What a page shows of each.
LIVES = Select(
    _OF_FILE.order_by().annotate(expired=ExpressionWrapper(_IS_OVER, BooleanField())),
    "fingerprint",
    "state",
    "reason",
    "expires_on",
    "expired",
)
MARKED = Select(
    _OF_FILE.filter(~_IS_OVER, state__in=MARKS).order_by("-pk")[:MOST_TOLD],
    "title",
    "cwe",
    "state",
    "quote",
    "reason",
)

# One that another run of the file reported at the same moment is there already.
FIRST_SEEN = Insert(
    KnownFinding(
        user_id=_bind("user"),
        filename=_bind("filename"),
        file_key=_bind("file_key"),
        fingerprint=_bind("fingerprint"),
        title=_bind("title"),
        severity=_bind("severity"),
        cwe=_bind("cwe"),
        by_model=_bind("by_model"),
        quote=_bind("quote"),
        first_seen_id=_bind("first_seen"),
        last_seen_id=_bind("last_seen"),
    ),
    ignore_conflicts=True,
)


def seen_again(findings: Sequence[int], submission: int) -> None:
    """Note in which run these were seen last."""
    if not findings:
        return
    places = 1 << (len(findings) - 1).bit_length()  # few statements serve any number
    filled = [*findings, *[findings[-1]] * (places - len(findings))]
    ids = {f"id{place}": each for place, each in enumerate(filled)}
    _seen_again(places).send(last_seen=submission, **ids)


@cache
def _seen_again(places: int) -> Update:
    ids = [_bind("id", called=f"id{place}") for place in range(places)]
    rows = KnownFinding.objects.filter(pk__in=ids)
    return Update(rows, last_seen_id=_bind("last_seen"), last_seen_at=Now())
