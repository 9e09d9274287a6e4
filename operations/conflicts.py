"""Transactions that are run again when the database ended them for the sake of another one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from django.db import OperationalError, connection

from operations.database import DEADLOCK, mysql_code

P = ParamSpec("P")
T = TypeVar("T")

MOST_ATTEMPTS = 5
LONGEST_PAUSE_SECONDS = 0.05
logger = structlog.get_logger(__name__)


def despite_deadlocks(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``work``, which is one transaction; tried again if it and another waited for each other."""
    for _ in range(MOST_ATTEMPTS - 1):
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            if mysql_code(error) != DEADLOCK or connection.in_atomic_block:
                raise
            logger.info("deadlock", during=work.__name__)
            pause()
    return work(*args, **kwargs)


def pause(longest_seconds: float = LONGEST_PAUSE_SECONDS) -> None:
    """Let those that were ended together come back one by one, or they end each other again."""
    time.sleep(random.uniform(0, longest_seconds))  # noqa: S311 - not a secret
