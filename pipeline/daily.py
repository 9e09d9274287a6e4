"""What a pool without Celery does once a UTC day: there, nobody else keeps a schedule.

The outcome is kept beside those of Celery's maintenance tasks. Its row, whose name holds the day,
is also what decides among several pools: who creates it does the work. One that ends in the middle
leaves the row as started; the next day looks at the same days again.
"""

from __future__ import annotations

import json
import socket
import traceback
from typing import Any

import structlog
from celery import states
from django.conf import settings
from django.db import Error as DatabaseError
from django_celery_results.models import TaskResult

from operations.clock import database_now
from pipeline import reconciliation

NAME = "maintenance.reconcile"
LOOK_SECONDS = 60.0
logger = structlog.get_logger(__name__)


def reconcile_once_a_day() -> bool:
    """Reconcile usage unless it was done today, or Celery does it; returns whether it was done."""
    if settings.REDIS_URL:
        return False
    started = {"task_name": NAME, "status": states.STARTED, "worker": socket.gethostname()}
    row, mine = TaskResult.objects.get_or_create(
        task_id=f"{NAME}-{database_now().date()}", defaults=started
    )
    if mine:
        _work(row)
    return bool(mine)


def _work(row: TaskResult) -> None:
    """Keeps the outcome. A database that went away gives the day back to the next look."""
    try:
        _keep(row, states.SUCCESS, reconciliation.reconcile_and_tell())
    except DatabaseError:
        row.delete()
        raise
    except Exception as error:  # whatever it is, it is an outcome to be shown
        logger.exception("reconciliation_failed")
        _keep(row, states.FAILURE, {"exc_type": type(error).__name__}, traceback.format_exc())


def _keep(row: TaskResult, status: str, result: dict[str, Any], trace: str | None = None) -> None:
    row.status, row.result, row.traceback = status, json.dumps(result), trace
    row.content_type, row.content_encoding = "application/json", "utf-8"
    row.save()
