"""A temporary directory that somebody removes even if its owner was killed.

The owner holds a lock on a file in it. Whoever starts next removes old directories of this user
whose lock nobody holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType

PREFIX = "ai2p-analysis-"
LOCK = "lock"
SETTLING_SECONDS = 60.0  # a directory younger than this may belong to a server that is starting


class OwnedDirectory:
    """Context manager: makes and locks the directory, removes it and abandoned ones."""

    def __init__(self, parent: str) -> None:
        self.parent = parent

    def __enter__(self) -> str:
        remove_abandoned(self.parent)
        self.path = tempfile.mkdtemp(prefix=PREFIX, dir=self.parent)
        self.lock = os.open(Path(self.path) / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.lock)


def remove_abandoned(parent: str) -> None:
    """Remove directories of killed owners: ours by user, not fresh, and locked by nobody."""
    for path in Path(parent).glob(PREFIX + "*"):
        with contextlib.suppress(OSError):
            details = path.lstat()
            old = time.time() - details.st_mtime > SETTLING_SECONDS
            if old and details.st_uid == os.getuid() and not _is_locked(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
