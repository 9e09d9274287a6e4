"""A process of one slot for jobs whose worker vanished: what kills it takes one job along, no more.

It runs such jobs one after the other and ends when none has come for a while. If it is killed, the
job in hand comes back when its lease has run out, and the next process goes on.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import structlog
from django.conf import settings
from django.db import Error as DatabaseError

from operations.persistence import note_outage
from pipeline import transitions
from pipeline.heartbeat import Heartbeat
from pipeline.runner import run_job

IDLE_SECONDS = 5.0
POLL_SECONDS = 0.5
logger = structlog.get_logger(__name__)


def start() -> subprocess.Popen[bytes]:
    """Start such a process, as a child of this one."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work", "--isolated"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command


def end(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Let the process end by itself until ``deadline`` (a ``time.monotonic()`` moment), then tell
    it to release its job and end.
    """
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


def run_isolated_jobs(idle_seconds: float = IDLE_SECONDS) -> int:
    """Be such a process: run isolated jobs until none was due for so long; returns how many.

    However this ends, the job in hand does not wait for its lease to expire.
    """
    heartbeat = Heartbeat()
    pause = threading.Event()
    ran, idle_since = 0, time.monotonic()
    with heartbeat.beating():
        try:
            while True:  # a busy machine may take all of the time before the first look
                if _run_next(heartbeat):
                    ran, idle_since = ran + 1, time.monotonic()
                elif time.monotonic() - idle_since >= idle_seconds:
                    break
                else:
                    pause.wait(POLL_SECONDS)
        finally:
            transitions.release(heartbeat.owner)
    return ran


def _run_next(heartbeat: Heartbeat) -> bool:
    """Run the isolated job that waits longest; False if there is none to be had."""
    try:
        waiting = transitions.due(isolated=True, count=1)
        return any(run_job(job_id, heartbeat) for job_id in waiting)
    except DatabaseError as error:
        note_outage(error)
        logger.warning("database_unreachable", during="isolated jobs", error=str(error))
        return False
