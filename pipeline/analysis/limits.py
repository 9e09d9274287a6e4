"""What one sandbox task may use, and how a process puts those limits on itself."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

NICENESS = 5  # below heartbeats and request threads, which must never wait for an analysis
OPEN_FILES = 64
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one task. The wall clock starts when the task starts, not while it waits."""

    wall_seconds: float = 20.0
    cpu_seconds: int = 15
    memory_bytes: int = 1024 * MEGABYTE
    output_bytes: int = 8 * MEGABYTE
    file_bytes: int = 8 * MEGABYTE


DEFAULT_LIMITS = Limits()


def prctl(option: int, value: int) -> None:
    """Linux's prctl; elsewhere (macOS) there is none, and the other safeguards remain."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Kill this process when the thread that forked it ends (the server has only one)."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def confine(limits: Limits) -> None:
    """Put the limits on the calling process and on everything it starts. There is no way back."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    os.nice(NICENESS)
    for kind, amount in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        _lower(kind, amount, amount)
    _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)


def _lower(kind: int, soft: int, hard: int) -> None:
    """Set a limit, but never try to raise what an administrator already set lower."""
    _, allowed = resource.getrlimit(kind)
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    resource.setrlimit(kind, (soft, hard))
