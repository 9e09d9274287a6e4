"""All numbers about leases, retries and time limits of jobs, in one place."""

from __future__ import annotations

import random
from datetime import timedelta

from django.conf import settings

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0
HEARTBEAT_RETRY_SECONDS = 1.0  # while the database does not answer
SETTLE_SECONDS = 10.0  # how long after an outage no lease counts as expired
SWEEP_SECONDS = 5.0
ANNOUNCE_AGAIN = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(minutes=30)


def backoff(attempt: int) -> timedelta:
    """How long to wait after the given failed attempt (1 for the first).

    Doubles each time and is jittered to between half and all of it, so that jobs that failed
    together do not come back together.
    """
    full = timedelta(milliseconds=settings.JOB_BACKOFF_DELAY_MS) * (1 << min(attempt - 1, 20))
    return min(full, LONGEST_BACKOFF) * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret


def has_attempts_left(attempts: int) -> bool:
    """Whether a job that was claimed ``attempts`` times may be claimed again."""
    return attempts < settings.JOB_MAX_RETRIES
