"""What is well and what is not: checks that the apps register, gathered into one report.

The database decides whether the product can serve. Everything else that fails degrades it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

REDIS_SECONDS = 0.5


class State(StrEnum):
    """How a part, or the whole, is doing."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True)
class Finding:
    """What one check found. ``facts`` are JSON values for operators and hold no secret."""

    state: State
    facts: dict[str, Any] = field(default_factory=dict)


Check = Callable[[], Finding]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check that reads the database; for ``AppConfig.ready``. It is not run without one."""
    _checks[name] = check


def report() -> dict[str, Finding]:
    """Run all checks; without a database only those that need none."""
    findings = {"database": _database(), "redis": _redis()}
    if findings["database"].state is State.OK:
        findings |= {name: _guarded(check) for name, check in _checks.items()}
    return findings


def overall(findings: dict[str, Finding]) -> State:
    """Down without a database, degraded if any other part is not well, else ok."""
    if findings["database"].state is State.DOWN:
        return State.DOWN
    well = all(finding.state is State.OK for finding in findings.values())
    return State.OK if well else State.DEGRADED


def described(findings: dict[str, Finding]) -> dict[str, Any]:
    """The whole report with details, for those who run the installation."""
    return {
        "status": overall(findings),
        "version": settings.VERSION,
        "checks": {
            name: {"status": finding.state, **finding.facts} for name, finding in findings.items()
        },
    }


def _database() -> Finding:
    started = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return Finding(State.DOWN, {"kind": connection.vendor})
    return Finding(State.OK, {"kind": connection.vendor, "milliseconds": _since(started)})


def _redis() -> Finding:
    if not settings.REDIS_URL:
        return Finding(State.OK, {"configured": False})
    started = time.perf_counter()
    seconds = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    try:
        with Redis.from_url(settings.REDIS_URL, **seconds) as client:
            client.ping()
    except RedisError:
        return Finding(State.DOWN, {"configured": True})
    return Finding(State.OK, {"configured": True, "milliseconds": _since(started)})


def _guarded(check: Check) -> Finding:
    try:
        return check()
    except DatabaseError as error:
        return Finding(State.DEGRADED, {"error": type(error).__name__})


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
