"""The warm analysis server: imports the analysers once and forks one child for each task.

It is started by ``pipeline.analysis.sandbox`` in a process of its own with an empty environment,
reads requests from its standard input, and ends when that is closed or its parent is gone. It has
one thread. It never reads submitted code itself: only the children do, under limits.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import shutil
import signal
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from pipeline.analysis import child, tasks
from pipeline.analysis.frames import FrameReader, pack
from pipeline.analysis.limits import PR_SET_CHILD_SUBREAPER, Limits, prctl
from pipeline.analysis.litter import OwnedDirectory

READ_SIZE = 1 << 16
PARENT_CHECK_SECONDS = 1.0
HELLO = 0  # the number of no request: the first frame, which tells where the files are


@dataclass
class Running:
    """One request, from its arrival to its answer."""

    number: int
    task: str
    payload: dict[str, Any]
    limits: Limits
    pid: int = 0
    result: int = -1  # file descriptor
    directory: str = ""
    deadline: float = 0.0
    output: bytearray = field(default_factory=bytearray)


class Server:
    """Takes frames from ``requests``, answers on ``answers`` (both file descriptors)."""

    def __init__(self, requests: int, answers: int, directory: str) -> None:
        self.requests, self.answers, self.directory = requests, answers, directory
        self.parent = os.getppid()
        self.waiting: deque[Running] = deque()
        self.running: dict[int, Running] = {}
        self.at_once = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        self.selector = selectors.DefaultSelector()
        self.selector.register(requests, selectors.EVENT_READ)
        self.reader = FrameReader()
        self.ended = False

    def serve(self) -> None:
        """Run until the client is gone."""
        try:
            while not self.ended:
                self._turn()
        except BrokenPipeError:
            pass  # the client went away while it was being answered
        finally:
            for running in list(self.running.values()):
                self._clear_away(running)

    def _turn(self) -> None:
        for key, _ in self.selector.select(self._patience()):
            if key.fd == self.requests:
                self._read_requests()
            else:
                self._read_result(key.data)
        for running in [r for r in self.running.values() if r.deadline <= time.monotonic()]:
            self._finish(running, "timeout")
        while self.waiting and len(self.running) < self.at_once and not self.ended:
            self._start(self.waiting.popleft())
        self.ended = self.ended or os.getppid() != self.parent

    def _patience(self) -> float:
        now = time.monotonic()
        return max(
            0.0, min([PARENT_CHECK_SECONDS, *(r.deadline - now for r in self.running.values())])
        )

    def _read_requests(self) -> None:
        data = os.read(self.requests, READ_SIZE)
        self.ended = not data
        for frame in self.reader.feed(data):
            if "cancel" in frame.header:
                self._cancel(frame.header["cancel"])
            else:
                limits = Limits(**frame.header["limits"])
                number, task = frame.header["id"], frame.header["task"]
                self.waiting.append(Running(number, task, frame.header["payload"], limits))

    def _cancel(self, number: int) -> None:
        self.waiting = deque(r for r in self.waiting if r.number != number)
        if number in self.running:
            self._clear_away(self.running[number])

    def _start(self, running: Running) -> None:
        running.result, write_end = os.pipe()
        os.set_blocking(running.result, False)
        running.directory = tempfile.mkdtemp(dir=self.directory)
        running.pid = os.fork()
        if running.pid == 0:
            child.main(running.task, running.payload, running.limits, write_end, running.directory)
        os.close(write_end)
        with contextlib.suppress(OSError):  # the child may have done it, or be gone already
            os.setpgid(running.pid, running.pid)
        running.payload = {}
        running.deadline = time.monotonic() + running.limits.wall_seconds
        self.running[running.number] = running
        self.selector.register(running.result, selectors.EVENT_READ, running)

    def _read_result(self, running: Running) -> None:
        if running.number not in self.running:
            return  # cancelled in this same turn
        data = os.read(running.result, READ_SIZE)
        running.output += data
        if len(running.output) > running.limits.output_bytes:
            self._finish(running, "too-much")
        elif not data:
            self._finish(running, "ended")

    def _finish(self, running: Running, how: str) -> None:
        status = self._clear_away(running)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        header = {"id": running.number, "how": how, "signal": ended_by}
        _write_all(self.answers, pack(header, bytes(running.output) if how == "ended" else b""))

    def _clear_away(self, running: Running) -> int:
        """Kill what is left of the task, remove its files; returns its wait status."""
        del self.running[running.number]
        self.selector.unregister(running.result)
        os.close(running.result)
        status = _last_status(running.pid)
        shutil.rmtree(running.directory, ignore_errors=True)
        return status


def _last_status(pid: int) -> int:
    """The wait status of a child, killed with its whole process group if it still runs."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    _reap_orphans(pid)
    return status


def _reap_orphans(group: int) -> None:
    """Collect grandchildren of a killed group: this process is their subreaper."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-group, 0)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def main(temporary: str) -> None:
    """Serve on standard input and output until the client is gone; ``temporary`` is its tmp."""
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    tasks.preload()
    gc.freeze()  # a collection in a child would otherwise copy all of the warm memory
    # Nobody is there to answer once the client was killed: no mistake, and no news for a log.
    with OwnedDirectory(temporary) as directory, contextlib.suppress(BrokenPipeError):
        _write_all(answers, pack({"id": HELLO, "directory": directory}))
        Server(requests, answers, directory).serve()
