"""Stops the database for 20 seconds under load, twice: what was accepted ends, nothing is lost.

Visitors submit through the web server while MariaDB is stopped in order and started again, and a
second time killed. Meanwhile a submission is answered 503 with Retry-After. Workers that wait for
models keep what these answer until the database is back. Every call that the vendor saw must have
its row, committed before it.
"""

from __future__ import annotations

import argparse
import signal
import time

from benchmarks.laboratory import counting, verdict
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.servers import MariaDB
from benchmarks.laboratory.shop import open_shop
from benchmarks.laboratory.visiting import Answer, Load, Visitor, statuses
from config.workshop.console import say

VISITORS = 8
WORKERS = ("worker1", "worker2")
SLOTS = 16
LATENCY_SECONDS = 2.0
CALM_SECONDS = 15.0
SLOWEST_SECONDS = 10.0
END_SECONDS = 600.0


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    with open_laboratory("drill-stop-database", LOG_LEVEL="WARNING") as laboratory:
        counting.watch_results()
        open_shop(laboratory, WORKERS, SLOTS, latency=LATENCY_SECONDS)
        visitors = [Visitor(laboratory.web_url, f"visitor{n}") for n in range(VISITORS)]
        load = Load(visitors, wanted.rate)
        say(f"{wanted.rate:g} submissions a second.")
        with load.flowing():
            mistreat(laboratory.mariadb, wanted.seconds)
        say(f"Answers: {dict(statuses(load.answers))}")
        ended = counting.all_end(END_SECONDS)
        died, left_behind = laboratory.died(), laboratory.end_product()
        return judge(laboratory, load, ended, died, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how long and how much."""
    parser = argparse.ArgumentParser(prog="./dev drill stop-database", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="without a database, each time")
    parser.add_argument("--rate", type=float, default=2.0, help="submissions a second")
    return parser.parse_args()


def mistreat(mariadb: MariaDB, seconds: float) -> None:
    """Stop the database for so long, once in order and once by force."""
    from django.db import connection

    for how in (signal.SIGTERM, signal.SIGKILL):
        time.sleep(CALM_SECONDS)
        connection.close()  # this process's own, which the stop would break
        before = counting.describe(counting.states())
        connection.close()
        say(f"MariaDB gets {how.name}: {before}")
        mariadb.stop(how)
        time.sleep(seconds)
        mariadb.start()
        say("MariaDB is back.")
    time.sleep(CALM_SECONDS)


def judge(
    laboratory: Laboratory, load: Load, ended: bool, died: list[str], left_behind: list[int]
) -> int:
    """Say what was counted; the exit code."""
    end = verdict.Verdict("each submission was refused in words or ended, and each call is known.")
    judge_answers(end, load.answers)
    end.check("every job ended", ended)
    judge_jobs(end, load.answers)
    judge_calls(end, counting.calls_of(laboratory.vendor_log))
    end.check("no process of the product died", not died, ", ".join(died) or "none")
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


def judge_answers(end: verdict.Verdict, answers: list[Answer]) -> None:
    """Accepted, or 503 with the time to come back."""
    refused = [answer for answer in answers if not answer.accepted]
    wrong = [answer for answer in refused if answer.status != 503]
    silent = [answer for answer in refused if not answer.retry_after]
    slowest = max(answer.seconds for answer in answers)
    end.check("some were refused, so that there was an outage", bool(refused), len(refused))
    end.check("each was refused with 503", not wrong, dict(statuses(wrong)) or "none otherwise")
    end.check(
        "and with Retry-After", not silent, len(silent) or sorted({a.retry_after for a in refused})
    )
    end.check(
        f"no answer took {SLOWEST_SECONDS:.0f} s",
        slowest < SLOWEST_SECONDS,
        f"slowest {slowest:.2f} s",
    )


def judge_jobs(end: verdict.Verdict, answers: list[Answer]) -> None:
    """What was accepted is stored and succeeded, each step stored once."""
    from pipeline.models import Job, Submission

    promised = {
        answer.place.rstrip("/").rpartition("/")[2] for answer in answers if answer.accepted
    }
    succeeded = Submission.objects.filter(current_job__state="succeeded")
    done = set(succeeded.values_list("public_id", flat=True))
    jobs, ever, states = Job.objects.count(), counting.results_ever(), counting.states()
    repeated = Job.objects.filter(attempts__gt=1).count()
    say(f"{repeated} of {jobs} jobs needed more than one attempt.")
    end.check(
        "all that was accepted succeeded",
        promised <= done,
        f"{len(promised & done)} of {len(promised)}",
    )
    end.check("nothing else became of any", states == {"succeeded": jobs}, dict(states))
    steps = jobs * counting.STEPS
    end.check(f"{steps} step results, none stored twice", ever == {"INSERT": steps}, dict(ever))


def judge_calls(end: verdict.Verdict, calls: counting.Calls) -> None:
    """Each call has its row, and none was made again without a reason."""
    beyond, unknown = sum(calls.beyond.values()), sum(calls.without_outcome.values())
    end.check("each call has its row", not calls.without_row, calls.without_row[:5] or calls.made)
    end.check(
        "calls beyond three a job are calls without an outcome",
        not calls.unexplained,
        f"{beyond} beyond, {unknown} without",
    )


if __name__ == "__main__":
    verdict.run(main)
