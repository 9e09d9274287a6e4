"""Stops, pauses, freezes and kills Redis under load: no submission fails, every job ends.

Visitors submit through the web server for a minute, while Redis is stopped and started again,
told to pause, frozen and killed. Two Celery workers run the jobs; while Redis is away their own
pools do, and afterwards Celery carries again.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable

from benchmarks.laboratory import counting, verdict
from benchmarks.laboratory.programs import wait_until
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.servers import Redis
from benchmarks.laboratory.shop import open_shop
from benchmarks.laboratory.visiting import Load, Visitor, percentile, statuses
from config.workshop.console import say

VISITORS = 8
WORKERS = ("worker1", "worker2")
SLOTS = 8
LATENCY_SECONDS = 0.2
SLOWEST_SECONDS = 1.0
END_SECONDS = 600.0
RETURN_SECONDS = 60.0


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    with open_laboratory("drill-stop-redis", LOG_LEVEL="WARNING") as laboratory:
        open_shop(laboratory, WORKERS, SLOTS, latency=LATENCY_SECONDS)
        load = Load(
            [Visitor(laboratory.web_url, f"visitor{n}") for n in range(VISITORS)], wanted.rate
        )
        say(f"{wanted.rate:g} submissions a second for {wanted.seconds:.0f} s.")
        with load.flowing():
            mistreat(laboratory.redis, wanted.seconds)
        say(f"Answers: {dict(statuses(load.answers))}")
        ended = counting.all_end(END_SECONDS)
        carried = wait_until(
            lambda: all(carries(laboratory, name) for name in WORKERS), RETURN_SECONDS
        )
        died, left_behind = laboratory.died(), laboratory.end_product()
        return judge(load, ended, carried, died, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how long and how much."""
    parser = argparse.ArgumentParser(prog="./dev drill stop-redis", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=2.0, help="submissions a second")
    return parser.parse_args()


def mistreat(redis: Redis, seconds: float) -> None:
    """Do everything to Redis that happens to one, each for a sixth of the time."""
    turn = seconds / 12
    acts: tuple[tuple[str, Callable[[], None]], ...] = (
        ("runs", lambda: None),
        ("is stopped", redis.stop),
        ("is started, empty", redis.start),
        ("is told to pause", lambda: redis.pause(2 * turn)),
        ("goes on", lambda: None),
        ("is frozen", redis.freeze),
        ("goes on", redis.thaw),
        ("is killed", lambda: redis.stop(signal.SIGKILL)),
        ("is started, empty", redis.start),
    )
    lengths = (1, 2, 1, 2, 1, 2, 1, 1, 1)
    started, due = time.monotonic(), 0.0
    for (what, act), length in zip(acts, lengths, strict=True):
        say(f"{time.monotonic() - started:5.1f} s: Redis {what}")
        act()
        due += length * turn
        time.sleep(max(0.0, started + due - time.monotonic()))


def carries(laboratory: Laboratory, worker: str) -> bool:
    """Whether Celery carries jobs to the worker, by its own last word on it."""
    words = ("celery_carries", "own_pool_carries")
    lines = laboratory.output_of(worker).read_text(encoding="utf-8").splitlines()
    said = [word for line in lines for word in words if word in line]
    return bool(said) and said[-1] == "celery_carries"


def judge(load: Load, ended: bool, carried: bool, died: list[str], left_behind: list[int]) -> int:
    """Say what was counted; the exit code."""
    states = counting.states()
    errors = [answer for answer in load.answers if answer.is_server_error]
    times = [answer.seconds for answer in load.answers]
    p95 = percentile(times, 95)
    end = verdict.Verdict("every submission was accepted and every job ended, whatever Redis did.")
    end.check("no server error on submit", not errors, dict(statuses(load.answers)))
    end.check("every submission was accepted", load.accepted == len(load.answers), load.accepted)
    end.check(
        f"submit p95 under {SLOWEST_SECONDS:.0f} s",
        p95 < SLOWEST_SECONDS,
        f"p50 {percentile(times, 50):.3f} s, p95 {p95:.3f} s, slowest {max(times):.3f} s",
    )
    end.check("every job ended", ended and states == {"succeeded": load.accepted}, dict(states))
    end.check("Celery carries again", carried)
    end.check("no process of the product died", not died, ", ".join(died) or "none")
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


if __name__ == "__main__":
    verdict.run(main)
