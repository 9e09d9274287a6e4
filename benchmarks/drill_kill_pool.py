"""Kills the worker pool at random moments during 50 submissions: all end, no result twice.

Uses a temporary SQLite database and real `manage.py work` processes, each killed by SIGKILL and
started again. A job whose worker vanished waits for its lease to expire (30 s), so this takes
a few minutes. Ends with one verdict line; the exit code is 1 when the promise is broken.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.laboratory import counting, verdict
from config.workshop.console import ROOT, say
from config.workshop.processes import Child, Family

LONGEST_WORK_SECONDS = 1.5
DEADLINE_SECONDS = 900.0
CODE = """\
import hashlib, random, subprocess, tempfile

NUMBER = {number}

def token():
    return hashlib.md5(str(random.random()).encode()).hexdigest()

def listing():
    return subprocess.call("ls -l", shell=True)

def scratch():
    return tempfile.mktemp()
"""


def main() -> int:
    """Run the drill; 0 when the promise held."""
    wanted = parse()
    say(f"Seed {wanted.seed}: {wanted.jobs} submissions, {wanted.kills} kills.")
    chance = random.Random(wanted.seed)  # noqa: S311 - only chooses moments
    with tempfile.TemporaryDirectory(prefix="drill-kill-pool-") as folder:
        use_database(Path(folder) / "drill.sqlite3")
        submit_all(wanted.jobs)
        family = Family()
        try:
            kills = kill_at_random(family, wanted.kills, chance)
            start_pool(family)
            finished = counting.all_end(DEADLINE_SECONDS)
            family.ask()
            left_behind = family.living()
        finally:
            family.kill()
        return judge(wanted.jobs, kills, finished, left_behind)


def parse() -> argparse.Namespace:
    """The command line: how many of what, and the seed that repeats a run."""
    parser = argparse.ArgumentParser(prog="./dev drill kill-pool", description=__doc__)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


def use_database(path: Path) -> None:
    """Point this process and the pools at a new database; attempts are no limit here."""
    os.environ["DATABASE_URL"] = f"sqlite:///{path}"
    os.environ["JOB_MAX_RETRIES"] = "100"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.pop("REDIS_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_defaults")


def submit_all(count: int) -> None:
    """Queue the submissions as one user, outside of the daily limit."""
    from accounts.models import User
    from pipeline.services import submit

    user = User.objects.create_user("drill@example.com", name="Drill")
    for number in range(count):
        code = CODE.format(number=number)
        submit(user=user, code=code, language="python", filename=f"{number}.py", counted=False)


def start_pool(family: Family) -> Child:
    """Start a worker pool of its own process."""
    return family.start("pool", [sys.executable, str(ROOT / "manage.py"), "work"], os.environ)


def kill_at_random(family: Family, count: int, chance: random.Random) -> int:
    """Start a pool, let it claim, kill it a random time later, again and again; how often."""
    for number in range(1, count + 1):
        before = counting.claims()
        pool = start_pool(family)
        while counting.claims() == before:
            if not counting.states().keys() & set(counting.UNFINISHED):
                return number - 1
            time.sleep(0.02)
        work = chance.uniform(0, LONGEST_WORK_SECONDS)
        time.sleep(work)
        os.kill(pool.pid, signal.SIGKILL)
        family.ended()
        say(f"kill {number:>2}, {work:.2f} s after a claim: {counting.describe(counting.states())}")
    return count


def judge(jobs: int, kills: int, finished: bool, left_behind: list[int]) -> int:
    """Say what was counted; the exit code."""
    from pipeline.models import StepResult

    states, steps = counting.states(), jobs * counting.STEPS
    results = StepResult.objects.count()
    ever_written = StepResult.objects.order_by("-id").values_list("id", flat=True).first() or 0
    say(f"{kills} kills, {counting.claims()} claims for {jobs} jobs.")
    end = verdict.Verdict("every job ended with each step stored once.")
    end.check("all ended in time", finished)
    end.check(f"{jobs} succeeded and 0 are dead", states == {"succeeded": jobs}, dict(states))
    end.check(f"{steps} step results are stored", results == steps, results)
    end.check("none was ever written twice", ever_written == steps, f"{ever_written} ever written")
    end.check("no process is left behind", not left_behind, left_behind or "none")
    return end.give()


if __name__ == "__main__":
    verdict.run(main)
