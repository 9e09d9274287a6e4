"""How well one worker process keeps its 300 slots busy while every call takes 2 s.

With nothing but waiting, 300 slots would end 300 / 6 s = 50 jobs a second. Beside that ideal stand
the process's memory and its database connections. Analysis is off: at this rate it would need far
more than two cores, in processes of its own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.jobs import measure
from benchmarks.jobs.measure import Memory
from benchmarks.jobs.stage import SLOTS, WORKER_USER, Stage
from benchmarks.laboratory import counting
from benchmarks.laboratory.report import Report
from config.workshop.console import StopError

PURPOSE = f"2 s a call, {SLOTS} jobs in flight in one worker process, beside the ideal"
LATENCY_SECONDS = 2.0
JOBS = 7 * SLOTS
LEAST_SHARE = 0.95
MOST_MEGABYTES = 200.0
MOST_CONNECTIONS = 20
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 600.0


@dataclass
class Peaks:
    """The most that was seen of each."""

    rss: float = 0.0
    pss: float = 0.0
    connections: int = 0
    running: int = 0

    def see(self, memory: Memory, connections: int, running: int) -> None:
        """Take one look into account."""
        self.rss, self.pss = max(self.rss, memory.rss), max(self.pss, memory.pss)
        self.connections = max(self.connections, connections)
        self.running = max(self.running, running)


def run(stage: Stage, report: Report) -> None:
    """Let one worker empty a queue of seven times its slots and watch it meanwhile."""
    stage.clear()
    stage.fill_queue(JOBS)
    with stage.vendor(LATENCY_SECONDS), stage.worker(analysis="off") as worker:
        peaks, cpu = watch(worker.pid)
        stage.run_all()
    rate = measure.rate(measure.finish_times(), SLOTS)
    ideal = SLOTS / (counting.STEPS * LATENCY_SECONDS)
    report.figure("ideal: slots over waits", f"{ideal:.1f} jobs/s")
    report.figure("one worker, analysis off", f"{rate:.1f} jobs/s")
    report.figure("its CPU a job", f"{cpu / JOBS * 1000:.1f} ms")
    report.figure("most jobs seen running at once", str(peaks.running))
    report.figure("its memory at most, shared pages counted in part (PSS)", f"{peaks.pss:.0f} MB")
    report.at_least("jobs/s as a share of the ideal", rate / ideal, LEAST_SHARE)
    report.at_most("its memory at most (RSS)", peaks.rss, MOST_MEGABYTES, unit=" MB")
    report.at_most("its database connections at most", peaks.connections, MOST_CONNECTIONS)


def watch(pid: int) -> tuple[Peaks, float]:
    """Look at the worker until no job is left; what was most, and the CPU seconds it used."""
    peaks, before = Peaks(), measure.cpu_seconds(pid)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while counting.unfinished():
        if time.monotonic() > deadline:
            raise StopError(f"the jobs did not end in {PATIENCE_SECONDS:.0f} s")
        running = counting.states()["running"]
        peaks.see(measure.memory(pid), measure.connections_of(WORKER_USER), running)
        time.sleep(LOOK_SECONDS)
    return peaks, measure.cpu_seconds(pid) - before
