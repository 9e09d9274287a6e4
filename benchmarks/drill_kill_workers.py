"""Kills Celery workers at random moments on MariaDB and Redis: no job lost, none run twice.

Submissions go through Celery to workers that ask the pretend vendor of models. At random moments
a process that has jobs in flight is killed by SIGKILL, be it a worker or the process in which a
worker runs isolated jobs; a killed worker is started again at once. Every call that the vendor
saw must have its row in ``provider_calls``, and calls beyond three a job must be rows of calls
without an outcome: paid perhaps, and known.

The kills are many and blind to whom they meet, so JOB_MAX_RETRIES is 100 and JOB_TIMEOUT_MS an
hour: what ends a job that kills its workers is the matter of another drill.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.laboratory import counting, killing, models, verdict
from benchmarks.laboratory.programs import wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.submitting import submit
from config.workshop.console import StopError, say
from config.workshop.processes import Child

VARIABLES = {"JOB_MAX_RETRIES": "100", "JOB_TIMEOUT_MS": "3600000"}
LATENCY_SECONDS = 1.0
LONGEST_WORK_SECONDS = 3.0
CLAIM_SECONDS = 180.0
SHOWN_EVERY = 10


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    say(f"Seed {wanted.seed}: {wanted.jobs} submissions, {wanted.kills} kills; {settings()}.")
    chance = random.Random(wanted.seed)  # noqa: S311 - only chooses victims and moments
    with open_laboratory("drill-kill-workers", **VARIABLES) as laboratory:
        counting.watch_results()
        with at_work(laboratory, wanted) as crew:
            kills = Disturbance(crew, wanted, chance).run()
            finished = counting.all_end(wanted.minutes * 60)
        left_behind = laboratory.end_product()
        return judge(laboratory, wanted, kills, finished, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how many of what, and the seed that repeats the choices of a run."""
    parser = argparse.ArgumentParser(prog="./dev drill kill-workers", description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2, help="Celery worker processes")
    parser.add_argument("--slots", type=int, default=4, help="jobs in flight in each")
    parser.add_argument("--minutes", type=float, default=60.0, help="to finish in after the kills")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


def settings() -> str:
    """The product's variables that differ from its defaults, in words."""
    return ", ".join(f"{name}={value}" for name, value in VARIABLES.items())


@dataclass
class Crew:
    """The Celery workers; one that was killed is started again."""

    laboratory: Laboratory
    slots: int
    workers: list[Child] = field(default_factory=list)

    def start(self, name: str) -> None:
        self.workers.append(self.laboratory.start_celery(name, self.slots))

    def kill(self, pid: int) -> str:
        """Kill a process that runs jobs; says what it was, or nothing if it ended before."""
        if not killing.kill(pid):
            return ""
        worker = next((worker for worker in self.workers if worker.pid == pid), None)
        if worker is None:
            return "isolated process"
        self.laboratory.family.wait(worker, 10)
        self.workers.remove(worker)
        self.start(worker.name)
        return worker.name


@contextmanager
def at_work(laboratory: Laboratory, wanted: argparse.Namespace) -> Iterator[Crew]:
    """Vendor, beat and workers, all up."""
    models.use_vendor(laboratory.vendor_port)
    laboratory.start_vendor(latency=LATENCY_SECONDS)
    laboratory.start_beat()
    crew = Crew(laboratory, wanted.slots)
    for number in range(1, wanted.workers + 1):
        crew.start(f"worker{number}")
    yield crew


class Disturbance:
    """Submissions and kills by turns: each kill has its share of the submissions before it."""

    def __init__(self, crew: Crew, wanted: argparse.Namespace, chance: random.Random) -> None:
        self.crew, self.wanted, self.chance = crew, wanted, chance
        self.sent = self.kills = 0

    def run(self) -> int:
        """Go on until all is submitted and killed; how many kills met jobs in flight."""
        for number in range(1, self.wanted.kills + 1):
            self._send_up_to(self.wanted.jobs * number // self.wanted.kills)
            victim = self._kill_one()
            if not victim:
                break
            self.kills += 1
            if number % SHOWN_EVERY == 0 or number == self.wanted.kills:
                say(f"kill {number:>3}, {victim}: {counting.describe(counting.states())}")
        self._send_up_to(self.wanted.jobs)
        return self.kills

    def _send_up_to(self, count: int) -> None:
        for number in range(self.sent, min(count, self.wanted.jobs)):
            submit(number)
            self.sent = number + 1

    def _kill_one(self) -> str:
        """Let a process with jobs in flight work for a random time and kill it; what it was.

        Where all jobs ended meanwhile, the next ones are submitted before their turn. Nothing is
        left to meet when there is none: then the answer is empty.
        """
        while wait_until(self._found, CLAIM_SECONDS):
            time.sleep(self.chance.uniform(0, LONGEST_WORK_SECONDS))
            holders = killing.holders()
            if holders and (name := self.crew.kill(self.chance.choice(holders))):
                return name
            if not counting.unfinished() and self.sent == self.wanted.jobs:
                return ""
        raise StopError(f"no worker had a job in flight within {CLAIM_SECONDS:.0f} s")

    def _found(self) -> bool:
        """Whether some process has jobs in flight, or there will be none any more."""
        if killing.holders():
            return True
        if not counting.unfinished():
            self._send_up_to(self.sent + self.wanted.slots)
        return not counting.unfinished()


def judge(
    laboratory: Laboratory,
    wanted: argparse.Namespace,
    kills: int,
    finished: bool,
    left_behind: list[int],
) -> int:
    """Say what was counted; the exit code."""
    jobs, steps = wanted.jobs, wanted.jobs * counting.STEPS
    states, ever = counting.states(), counting.results_ever()
    calls = counting.calls_of(laboratory.vendor_log)
    say(f"{kills} kills, {counting.claims()} claims for {jobs} jobs, {calls.made} calls.")
    say(f"Calls beyond three, by job: {calls.beyond or 'none'}")
    say(f"Calls without an outcome, by job: {calls.without_outcome or 'none'}")
    end = verdict.Verdict(
        f"{jobs} jobs survived {kills} kills; each step was stored once and each call is known."
    )
    end.check(f"{wanted.kills} kills met jobs in flight", kills == wanted.kills, kills)
    end.check("all ended in time", finished)
    end.check(f"{jobs} succeeded and 0 are dead", states == {"succeeded": jobs}, dict(states))
    end.check(f"{steps} step results, none stored twice", ever == {"INSERT": steps}, dict(ever))
    end.check("each call has its row", not calls.without_row, calls.without_row[:5] or calls.made)
    end.check("no call id was used twice", not calls.asked_again, calls.asked_again[:5] or "none")
    end.check(
        "calls beyond three a job are calls without an outcome",
        not calls.unexplained,
        f"{sum(calls.beyond.values())} beyond, {sum(calls.without_outcome.values())} without"
        + (f", unexplained by job: {calls.unexplained}" if calls.unexplained else ""),
    )
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


if __name__ == "__main__":
    verdict.run(main)
