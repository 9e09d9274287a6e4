"""Deletes what has served its time: sessions that expired and outcomes of old maintenance."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django_celery_results.models import TaskResult

from operations.clock import Now, now_plus

KEEP_OUTCOMES = timedelta(days=30)


def purge_sessions() -> int:
    """Delete sessions past their end; returns how many."""
    return Session.objects.filter(expire_date__lt=Now()).delete()[0]


def purge_outcomes() -> int:
    """Delete the outcomes of maintenance tasks that are older than 30 days; returns how many."""
    old = TaskResult.objects.filter(date_done__lt=now_plus(-KEEP_OUTCOMES))
    return int(old.delete()[0])
