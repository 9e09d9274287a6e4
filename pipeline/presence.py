"""Who is at work: each working process keeps a row fresh, so that operators see it from anywhere.

All times are the database's.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from operations.clock import Now, now_plus
from pipeline.models import Worker
from pipeline.retries import LEASE

FORGET_AFTER = timedelta(hours=1)


def report(owner: str, *, kind: str, slots: int, in_flight: int) -> None:
    """Say that a process is alive and how much it has in hand."""
    word = {"slots": slots, "in_flight": in_flight}
    if not Worker.objects.filter(owner=owner).update(seen_at=Now(), **word):
        Worker.objects.create(owner=owner, kind=kind, **word)


def leave(owner: str) -> None:
    """Take away the row of a process that ends in order."""
    Worker.objects.filter(owner=owner).delete()


def seen_lately() -> QuerySet[Worker]:
    """The processes that reported within the time of one lease."""
    return Worker.objects.filter(seen_at__gte=now_plus(-LEASE))


def on_host(name: str) -> QuerySet[Worker]:
    """Those of ``seen_lately`` that run on the named host, whose owners start with its name."""
    return seen_lately().filter(owner__startswith=f"{name[:100]}:")


def forget_vanished() -> int:
    """Take away the rows of processes that ended without a word long ago; returns how many."""
    return Worker.objects.filter(seen_at__lt=now_plus(-FORGET_AFTER)).delete()[0]
