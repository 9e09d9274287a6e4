"""Starts processes together and ends them together, with everything that they started.

Each child leads its own session, so that Ctrl-C reaches `./dev` alone and it decides the order of
the end. On Linux `./dev` is also the reaper of its descendants: a grandchild whose parent died
comes back to it and is ended too; and when `./dev` itself is killed, the children are told.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .console import ROOT

PR_SET_PDEATHSIG = 1  # linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 8.0
POLL_SECONDS = 0.05
ON_LINUX = sys.platform == "linux"


@dataclass
class Child:
    """One started process; `code` is None while it runs, negative for a signal."""

    name: str
    pid: int
    code: int | None = None


@dataclass
class Family:
    """The processes that one command started."""

    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        output: Path | None = None,
    ) -> Child:
        """Start a command from the project folder in a session of its own.

        What it writes goes where ours goes, or is added to the file ``output``.
        """
        with ExitStack() as files:
            written = files.enter_context(output.open("ab")) if output else None
            process = subprocess.Popen(  # noqa: S603
                command,
                env=dict(env),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                start_new_session=True,
                preexec_fn=_tell_me_when_my_parent_dies if ON_LINUX else None,
            )
        process.returncode = 0  # _reap collects the exit code; Popen must not wait for it as well
        child = Child(name, process.pid)
        self.children.append(child)
        return child

    def is_running(self, child: Child) -> bool:
        """Whether the child has not ended yet."""
        self._reap()
        return child.code is None

    def send(self, child: Child, number: signal.Signals) -> None:
        """Send a signal to the child, unless it has ended: its process id may be another's then."""
        if self.is_running(child):
            _send(child.pid, number)

    def wait(self, child: Child, seconds: float) -> bool:
        """Wait for the child's end; False if it did not come within the given time."""
        deadline = time.monotonic() + seconds
        while self.is_running(child):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def ended(self) -> Child | None:
        """The first child that is no longer running, or None."""
        self._reap()
        return next((child for child in self.children if child.code is not None), None)

    def end(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ask every child to end, wait at most the given seconds, then kill what is left."""
        self.ask(grace_seconds)
        self.kill()

    def ask(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ask every child to end and wait for that, at most the given seconds."""
        for child in self._running():
            _send(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        while self._running() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            self._reap()

    def living(self) -> list[int]:
        """The process ids of the children and adopted orphans that run; Linux only."""
        self._reap()
        return _own_children()

    def kill(self) -> None:
        """Kill every process group of the family, then the descendants that left their group.

        On Linux what remains of the group of a child that ended came to us: its number may have
        become another's.
        """
        self._reap()
        for child in self.children:
            if child.code is None or not ON_LINUX:
                _send_group(child.pid, signal.SIGKILL)
        deadline = time.monotonic() + GRACE_SECONDS
        while (left := _own_children()) and time.monotonic() < deadline:
            for pid in left:
                _send(pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)
            self._reap()
        self._reap()

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.code is None]

    def _reap(self) -> None:
        """Collect whatever has ended: our children and the orphans that came to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self.children:
                if child.pid == pid:
                    child.code = os.waitstatus_to_exitcode(status)


def _prctl(option: int, value: int) -> None:
    if _LIBC is not None:
        _LIBC.prctl(option, value, 0, 0, 0)


def _tell_me_when_my_parent_dies() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _send_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _own_children() -> list[int]:
    """The living processes whose parent is this one; empty where there is no /proc."""
    return [pid for pid in _process_ids() if parent_of(pid) == os.getpid()]


def _process_ids() -> list[int]:
    try:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def parent_of(pid: int) -> int | None:
    """The parent of a process that is not a zombie, or None."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else int(parent)


_LIBC = ctypes.CDLL(None) if ON_LINUX else None
