"""Stops a worker with jobs in flight beyond its leases: what it writes when it goes on is refused.

A worker waits for a slow vendor's answers to all its jobs when it is stopped (SIGSTOP). Its leases
run out and other workers take the jobs to a quick vendor. In the middle of that the first worker
goes on (SIGCONT) and gets its answers: what it makes of them must not change anything.
"""

from __future__ import annotations

import argparse
import signal
from collections import Counter

from benchmarks.laboratory import counting, models, verdict
from benchmarks.laboratory.programs import free_port, wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.submitting import submit
from config.workshop.console import StopError, say
from config.workshop.processes import Child

VARIABLES = {"JOB_TIMEOUT_MS": "3600000", "LOG_LEVEL": "WARNING"}
SLOW_SECONDS = 90.0
ANSWER_TIMEOUT_SECONDS = 900
TAKEN_SECONDS = 120.0
END_SECONDS = 900.0
OTHERS = ("other1", "other2")


def main() -> int:
    """Run the drill; 0 when the promise held."""
    jobs = parse().jobs
    with open_laboratory("drill-stale-worker", **VARIABLES) as laboratory:
        counting.watch_results()
        stale = fall_behind(laboratory, jobs)
        take_over(laboratory, jobs)
        say(f"The stopped worker goes on: {counting.describe(counting.states())}.")
        laboratory.family.send(stale, signal.SIGCONT)
        ended = counting.all_end(END_SECONDS)
        refused = wait_until(
            lambda: laboratory.said(stale.name, "lease_lost") >= jobs, TAKEN_SECONDS
        )
        died, left_behind = laboratory.died(), laboratory.end_product()
        say(f"{laboratory.said(stale.name, 'lease_lost')} late writes were refused.")
        return judge(laboratory, jobs, ended and refused, died, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how many jobs."""
    parser = argparse.ArgumentParser(prog="./dev drill stale-worker", description=__doc__)
    parser.add_argument("--jobs", type=int, default=100)
    return parser.parse_args()


def fall_behind(laboratory: Laboratory, jobs: int) -> Child:
    """A worker that waits for answers to all jobs, and is stopped before the first comes."""
    models.use_vendor(laboratory.vendor_port, timeout_seconds=ANSWER_TIMEOUT_SECONDS)
    laboratory.start_vendor(latency=SLOW_SECONDS)
    for number in range(jobs):
        submit(number)
    stale = laboratory.start_pool("stale", jobs)
    asked = wait_until(lambda: len(counting.call_ids(laboratory.vendor_log)) == jobs, SLOW_SECONDS)
    laboratory.family.send(stale, signal.SIGSTOP)
    if not asked or counting.results_ever():
        raise StopError(f"this machine is too slow to begin {jobs} jobs in {SLOW_SECONDS:.0f} s")
    say(f"A worker waits for answers to {jobs} jobs. It is stopped.")
    return stale


def take_over(laboratory: Laboratory, jobs: int) -> None:
    """Let other workers end half of the jobs, with a vendor that answers at once."""
    port = free_port()
    models.use_vendor(port, name="Quick vendor")
    laboratory.start_vendor(name="quick", port=port)
    for name in OTHERS:
        laboratory.start_pool(name, 1)
    enough = jobs // 2
    if not wait_until(lambda: counting.states()["succeeded"] >= enough, TAKEN_SECONDS + 2 * jobs):
        raise StopError("the other workers did not take the jobs")


def judge(
    laboratory: Laboratory, jobs: int, ended: bool, died: list[str], left_behind: list[int]
) -> int:
    """Say what was counted; the exit code."""
    from pipeline.models import Job, StepResult

    steps = jobs * counting.STEPS
    states, ever = counting.states(), counting.results_ever()
    attempts = Counter(Job.objects.values_list("attempts", flat=True))
    stored_in = Counter(StepResult.objects.values_list("attempt", flat=True))
    refused = laboratory.said("stale", "lease_lost")
    answered = calls_of_attempt(1)
    end = verdict.Verdict(f"{jobs} of {jobs} late writes were refused, and changed nothing.")
    end.check("all ended in time", ended)
    end.check(f"{jobs} answers came to the stopped worker", answered == jobs, answered)
    end.check(f"{jobs} late writes were refused", refused == jobs, refused)
    end.check(f"{jobs} succeeded", states == {"succeeded": jobs}, dict(states))
    end.check(f"{steps} step results, none stored twice", ever == {"INSERT": steps}, dict(ever))
    end.check("all are of the second attempt", stored_in == {2: steps}, dict(stored_in))
    end.check("no job was claimed a third time", attempts == {2: jobs}, dict(attempts))
    end.check("no process of the product died", not died, ", ".join(died) or "none")
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


def calls_of_attempt(attempt: int) -> int:
    """How many calls of that attempt got an answer."""
    from providers.models import ProviderCall

    return ProviderCall.objects.filter(attempt=attempt, state="succeeded").count()


if __name__ == "__main__":
    verdict.run(main)
