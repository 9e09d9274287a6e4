"""The client of the analysis server: runs a registered task in a bounded child process.

``run("text", {...})`` is all a caller needs. The server is started on first use, once per process,
restarted if it died, and ends with this process. Any number of threads may call at once.
"""

from __future__ import annotations

import atexit
import dataclasses
import itertools
import json
import os
import signal
import threading
import time
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, cast

from pipeline.analysis.errors import (
    DeadlinePassed,
    SandboxError,
    ServerLost,
    TaskCrashed,
    TaskOutOfMemory,
    TaskRefused,
    TaskTimeout,
)
from pipeline.analysis.frames import Frame
from pipeline.analysis.limits import DEFAULT_LIMITS, Limits
from pipeline.analysis.link import Link, ServerGone

STARTS = 2  # a task whose server died under it is sent once more, to a new one

OUTCOMES: dict[str, type[SandboxError]] = {
    "refused": TaskRefused,
    "memory": TaskOutOfMemory,
    "crashed": TaskCrashed,
}


class Sandbox:
    """Keeps one server per client process and knows how to ask it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.link: Link | None = None
        self.numbers = itertools.count(1)

    def connected(self) -> Link:
        """The live link, started or restarted if need be."""
        with self.lock:
            if self.link is None or self.link.gone:
                self.link = Link()
            return self.link

    def close(self) -> None:
        """End the server, if there is one. The next task starts a new one."""
        with self.lock:
            if self.link is not None:
                self.link.close()
            self.link = None


class Pending:
    """A task on its way. ``result()`` gives its answer or raises a SandboxError."""

    def __init__(
        self, task: str, payload: dict[str, Any], limits: Limits, deadline: float | None
    ) -> None:
        self.task, self.deadline = task, deadline
        self.header = {"task": task, "payload": payload, "limits": dataclasses.asdict(limits)}
        self._send()

    def _send(self) -> None:
        """Ask the server, starting a new one if the old one has just died."""
        for start in range(STARTS):
            self.number, self.link = next(_sandbox.numbers), _sandbox.connected()
            try:
                self.future = self.link.send(self.number, self.header)
            except ServerGone:
                if start == STARTS - 1:
                    raise ServerLost("the analysis server cannot be reached") from None
            else:
                return

    def result(self) -> dict[str, Any]:
        """Wait for the answer, at most until the caller's deadline."""
        for _ in range(STARTS):
            try:
                return _read_answer(self.task, self.future.result(self._patience()))
            except ServerGone:
                self._send()
            except FutureTimeout:
                self.cancel()
                raise DeadlinePassed(f"{self.task} was not done before the deadline") from None
        self.cancel()
        raise ServerLost("the analysis server ended while it worked")

    def cancel(self) -> None:
        """Stop the task wherever it is; its answer is no longer wanted."""
        self.link.cancel(self.number)

    def _patience(self) -> float | None:
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


def submit(
    task: str,
    payload: dict[str, Any],
    limits: Limits = DEFAULT_LIMITS,
    deadline: float | None = None,
) -> Pending:
    """Start a registered task without waiting; ``deadline`` is a ``time.monotonic()`` moment."""
    return Pending(task, payload, limits, deadline)


def run(
    task: str,
    payload: dict[str, Any],
    limits: Limits = DEFAULT_LIMITS,
    deadline: float | None = None,
) -> dict[str, Any]:
    """Run a registered task in a bounded child and return its answer.

    Raises TaskTimeout, TaskOutOfMemory, TaskCrashed or TaskRefused.
    """
    return submit(task, payload, limits, deadline).result()


def close() -> None:
    """End this process's analysis server now; the next task starts a new one."""
    _sandbox.close()


def _read_answer(task: str, frame: Frame) -> dict[str, Any]:
    how, ended_by = frame.header["how"], frame.header["signal"]
    if how == "timeout" or ended_by == signal.SIGXCPU:
        raise TaskTimeout(f"{task} took too long and was stopped")
    if how == "too-much":
        raise TaskCrashed(f"{task} gave more output than it may")
    try:
        answer = json.loads(frame.body)
    except (ValueError, RecursionError):
        cause = f" (signal {ended_by})" if ended_by else ""
        raise TaskCrashed(f"{task} ended without an answer{cause}") from None
    if "error" in answer:
        raise OUTCOMES[answer["error"]](answer["message"])
    return cast(dict[str, Any], answer["ok"])


def _forget_in_child() -> None:
    """After a fork the server stays with the original; the copy starts its own when it needs one.

    Locks may have been held by threads that do not exist here, so everything is made anew.
    """
    global _sandbox
    if _sandbox.link is not None:
        _sandbox.link.forget()
    _sandbox = Sandbox()


_sandbox = Sandbox()
os.register_at_fork(after_in_child=_forget_in_child)
atexit.register(close)
