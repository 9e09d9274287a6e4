"""Time, processor time and memory of one examination, and of one program; Linux only.

An examination is worked on by this process, the warm analysis server, the children that it forks
and what these start. Memory is read every few milliseconds while it goes on: the sum of what each
child held at most, shared pages counted in each, so it says rather too much than too little. The
kernel's own figure for an ended program would not do: it begins with the memory of who started it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.jobs import measure

LOOK_SECONDS = 0.002
_HIGHEST = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True)
class Cost:
    """Of one piece of work. ``memory_mb`` is in 10^6 bytes, ``done`` whether it came to an end."""

    wall: float
    cpu: float
    memory_mb: float
    done: bool = True


@dataclass
class Watch:
    """What a thread of its own sees of a process's descendants; ``own_cpu`` is what it cost."""

    pid: int
    itself: bool = False  # whether the process is looked at too
    highest_mb: float = 0.0
    own_cpu: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look until the work has ended."""
        while not self.ended.wait(LOOK_SECONDS):
            living = [*_descendants(self.pid), *([self.pid] if self.itself else ())]
            self.highest_mb = max(self.highest_mb, sum(map(_held_mb, living)))
        self.own_cpu = time.thread_time()


def of_work(work: Callable[[], object], server: int) -> Cost:
    """Measure what this process and the analysis server (its process id) do for ``work``."""
    own, served = time.process_time(), measure.cpu_seconds(server, with_children=True)
    with _watching(Watch(server)) as watch:
        started = time.perf_counter()
        work()
        wall = time.perf_counter() - started
    used = time.process_time() - own - watch.own_cpu
    used += measure.cpu_seconds(server, with_children=True) - served
    return Cost(wall, used, watch.highest_mb)


@contextmanager
def _watching(watch: Watch) -> Iterator[Watch]:
    thread = threading.Thread(target=watch.look)
    thread.start()
    try:
        yield watch
    finally:
        watch.ended.set()
        thread.join()


def _descendants(pid: int) -> Iterator[int]:
    """Children, and what they started; the kernel lists them by thread."""
    try:
        numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return  # it has just ended
    for number in map(int, numbers):
        yield number
        yield from _descendants(number)


def _held_mb(pid: int) -> float:
    try:
        found = _HIGHEST.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def of_program(command: Sequence[str], seconds: float) -> Cost:
    """Measure a program that is started for this; it is ended after ``seconds``."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    alarm = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    alarm.start()
    with _watching(Watch(process.pid, itself=True)) as watch:
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    return Cost(wall, cpu, watch.highest_mb, process.returncode == 0)
