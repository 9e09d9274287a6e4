"""Sends 200 submissions at once where one is left, and 100 times the same one: one is admitted.

A user who may submit once more today sends many submissions at once, while Redis is there, while
it is away, and while it comes and goes. Then another sends the same request many times at once
under one Idempotency-Key, and the same form by its hidden token: one submission, one unit of the
limit. No worker runs: it is about what is admitted.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable
from functools import partial

from benchmarks.laboratory import verdict
from benchmarks.laboratory.crowds import Crowd
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.servers import Redis
from benchmarks.laboratory.submitting import stored_for, use_up, used_today
from benchmarks.laboratory.visiting import Answer, Visitor, statuses
from config.workshop.console import say

LIMIT = 5
WEB_WORKERS, WEB_THREADS = 2, 32
FLAP_SECONDS = 0.15
REPLAY_STATUSES = {"202", "302", "409"}

Send = Callable[[], Crowd[Answer]]


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    end = verdict.Verdict("one is admitted, whatever arrives at once and whatever Redis does.")
    with open_laboratory("drill-stampede", MAX_DAILY_SUBMISSIONS=str(LIMIT)) as laboratory:
        laboratory.start_web(workers=WEB_WORKERS, threads=WEB_THREADS)
        at_the_limit(laboratory, wanted, end)
        one_key(laboratory, wanted.same, end)
    return end.give()


def parse() -> argparse.Namespace:
    """The command line: how many at once, how often."""
    parser = argparse.ArgumentParser(prog="./dev drill stampede", description=__doc__)
    parser.add_argument("--parallel", type=int, default=200, help="different submissions at once")
    parser.add_argument("--same", type=int, default=100, help="the same one so many times at once")
    parser.add_argument("--rounds", type=int, default=3, help="under each condition of Redis")
    return parser.parse_args()


def at_the_limit(laboratory: Laboratory, wanted: argparse.Namespace, end: verdict.Verdict) -> None:
    """Stampedes with one submission left, under each condition of Redis."""
    for condition in (up, down, flapping):
        for number in range(1, wanted.rounds + 1):
            user = f"{condition.__name__}{number}"
            use_up(user, LIMIT - 1)
            visitor = Visitor(laboratory.web_url, user)
            answers = condition(laboratory.redis, partial(Crowd, wanted.parallel, visitor.submit))
            check_limit(end, f"Redis {condition.__name__}, round {number}", user, answers)


def up(redis: Redis, send: Send) -> list[Answer]:
    """Redis is there."""
    return send().all_outcomes()


def down(redis: Redis, send: Send) -> list[Answer]:
    """Redis is away."""
    redis.stop()
    try:
        return send().all_outcomes()
    finally:
        redis.start()


def flapping(redis: Redis, send: Send) -> list[Answer]:
    """Redis is killed and started again and again meanwhile."""
    crowd, times = send(), 0
    while crowd.is_busy:
        redis.stop(signal.SIGKILL)
        time.sleep(FLAP_SECONDS)
        redis.start()
        time.sleep(FLAP_SECONDS)
        times += 1
    say(f"Redis was killed {times} times.")
    return crowd.all_outcomes()


def check_limit(end: verdict.Verdict, when: str, user: str, answers: list[Answer]) -> None:
    """One was accepted, all others were told that the limit is reached."""
    counts, stored, used = statuses(answers), stored_for(user), used_today(user)
    right = counts == {"302": 1, "429": len(answers) - 1} and stored == 1 and used == LIMIT
    found = f"{dict(counts)}, {stored} stored, {used} of {LIMIT} used"
    end.check(f"{when}: 1 of {len(answers)} is admitted", right, found)


def one_key(laboratory: Laboratory, count: int, end: verdict.Verdict) -> None:
    """The same request at once under one Idempotency-Key, and the same form with one token."""
    by_api = Visitor(laboratory.web_url, "api")
    answers = Crowd(count, lambda _: by_api.submit_by_api(0, key="the same")).all_outcomes()
    check_same(end, "one Idempotency-Key", "api", answers)
    by_page = Visitor(laboratory.web_url, "page")
    answers = Crowd(count, lambda _: by_page.submit(0, token="the same")).all_outcomes()  # noqa: S106
    check_same(end, "one form", "page", answers)


def check_same(end: verdict.Verdict, what: str, user: str, answers: list[Answer]) -> None:
    """One submission came of all, and everybody was told of it, or to wait for it."""
    counts, stored, used = statuses(answers), stored_for(user), used_today(user)
    places = {answer.place for answer in answers if answer.accepted}
    right = len(places) == stored == used == 1 and counts.keys() <= REPLAY_STATUSES
    found = f"{dict(counts)}, {len(places)} answer, {stored} stored, {used} used"
    end.check(f"{what}, {len(answers)} times: 1 submission and 1 unit", right, found)


if __name__ == "__main__":
    verdict.run(main)
