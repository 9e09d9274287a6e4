"""Moves the database's clock around UTC midnight: each submission belongs to the day it came on.

The sessions of this process tell MariaDB what time it is (``SET timestamp``), so that what the
product asks it for is that time; the server itself lives five hours east of UTC. At the end of a
month, of a year and before a leap day it is checked when the limit starts anew, whose day a late
submission and its refund are, and what is admitted when many arrive on both sides of midnight.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from benchmarks.laboratory import verdict
from benchmarks.laboratory.crowds import Crowd
from benchmarks.laboratory.room import open_laboratory
from benchmarks.laboratory.submitting import submit, use_up, user_named
from config.workshop.console import say

LIMIT = 5
MOMENT = timedelta(milliseconds=1)
MIDNIGHTS = (
    datetime(2027, 3, 1, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2028, 1, 1, tzinfo=UTC),
)
SERVERS_MIDNIGHT = timedelta(hours=-5)  # of a server at +05:00, seen from UTC's


def main() -> int:
    """Run the drill; 0 when the promise held."""
    parallel = parse().parallel
    end = verdict.Verdict("each submission and each refund counted on its own UTC day.")
    with open_laboratory("drill-midnight", MAX_DAILY_SUBMISSIONS=str(LIMIT)):
        for midnight in MIDNIGHTS:
            say(f"Midnight before {midnight:%d %B %Y}:")
            Midnight(midnight, end).check_all(parallel)
    return end.give()


def parse() -> argparse.Namespace:
    """The command line: how many at once."""
    parser = argparse.ArgumentParser(prog="./dev drill midnight", description=__doc__)
    parser.add_argument("--parallel", type=int, default=100, help="on each side of midnight")
    return parser.parse_args()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let the database session of this thread live at that moment while the block runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SET timestamp={moment.timestamp():.6f}")
        try:
            yield
        finally:
            cursor.execute("SET timestamp=DEFAULT")


class Midnight:
    """One midnight, and all that is checked around it, each with a user of its own."""

    def __init__(self, midnight: datetime, end: verdict.Verdict) -> None:
        self.midnight, self.end = midnight, end
        self.before, self.after = midnight - MOMENT, midnight
        self.old, self.new = self.before.date(), self.after.date()

    def check_all(self, parallel: int) -> None:
        """Everything, one after the other."""
        self.check_start()
        self.check_other_zone()
        self.check_refund()
        self.check_passing()
        self.check_crowd(parallel)

    def check_start(self) -> None:
        """Who has used all up is refused until the last moment and admitted from midnight on."""
        user = self._user("start", used=LIMIT)
        days = [day_of(user, self.before), day_of(user, self.after)]
        found = [str(day) for day in days]
        self.end.check("the limit starts anew at midnight", days == [None, self.new], found)

    def check_other_zone(self) -> None:
        """The midnight of the server's own zone is none."""
        user = self._user("zone", used=LIMIT - 1)
        local = self.midnight + SERVERS_MIDNIGHT
        days = [day_of(user, local - MOMENT), day_of(user, local)]
        found = [str(day) for day in days]
        self.end.check("not at that of the server's zone", days == [self.old, None], found)

    def check_refund(self) -> None:
        """A job of the old day that dies on the new one gives back to the old day, once."""
        user = self._user("refund")
        with clock_at(self.before):
            late = submit(1, user=user, counted=True)
        with clock_at(self.after + timedelta(minutes=5)):
            submit(2, user=user, counted=True)
            used_before = used_by(user)
            again = die(late)
        used = used_by(user)
        right = used_before == {self.old: 1, self.new: 1} and used == {self.old: 0, self.new: 1}
        self.end.check("a late submission is refunded to its own day", right, in_words(used))
        self.end.check("and only once", not again and used_by(user) == used, in_words(used))

    def check_passing(self) -> None:
        """A submission in whose middle midnight passes counts on the day that it is then."""
        from django.db import transaction

        from accounts.models import User
        from billing import limits

        user = User.objects.get(pk=user_named(self._user("passing")))
        with clock_at(self.before):
            limits.open_day(user)
        with clock_at(self.after), transaction.atomic():
            day = limits.take(user)
        self.end.check("midnight may pass within a submission", day == self.new, day)

    def check_crowd(self, parallel: int) -> None:
        """Many at once on both sides, from a user with one left on the old day."""
        user = self._user("crowd", used=LIMIT - 1)
        moments = [self.before, self.after]
        days = Crowd(2 * parallel, lambda n: day_of(user, moments[n % 2])).all_outcomes()
        counts = Counter(str(day) for day in days)
        right = counts[str(self.old)] == 1 and counts[str(self.new)] == LIMIT
        self.end.check(
            f"of {2 * parallel} at once 1 is admitted on the old day, {LIMIT} on the new",
            right and used_by(user) == {self.old: LIMIT, self.new: LIMIT},
            dict(counts),
        )

    def _user(self, name: str, *, used: int = 0) -> str:
        """A new user who has used so much of the old day's limit."""
        user = f"{name}-{self.new}"
        with clock_at(self.before - timedelta(hours=12)):
            use_up(user, used)
        return user


def day_of(user: str, moment: datetime) -> date | None:
    """The day that paid for a submission handed in at that moment; None if it was refused."""
    from django.db import connections

    from billing.limits import LimitReached
    from pipeline.models import Job

    try:
        with clock_at(moment):
            job_id = submit(0, user=user, counted=True)
            return Job.objects.select_related("submission").get(pk=job_id).submission.usage_day
    except LimitReached:
        return None
    finally:
        connections.close_all()


def used_by(user: str) -> dict[date, int]:
    """What a user has used, by day."""
    from billing.models import DailyUsage

    rows = DailyUsage.objects.filter(user_id=user_named(user))
    return dict(rows.values_list("day", "submissions"))


def in_words(used: dict[date, int]) -> dict[str, int]:
    return {str(day): count for day, count in used.items()}


def die(job_id: int) -> bool:
    """Let a job end dead, as a worker does that gives up; whether it then gives back once more."""
    from pipeline import transitions
    from pipeline.leases import Failure
    from pipeline.models import Submission

    as_it_was = Submission.objects.get(jobs=job_id)
    lease = transitions.claim(job_id, "drill:0:midnight")
    if lease is None:
        raise RuntimeError("The job could not be claimed.")
    transitions.give_up(lease, Failure("drill", "The drill gave up."))
    return transitions.give_back_unit(as_it_was)


if __name__ == "__main__":
    verdict.run(main)
