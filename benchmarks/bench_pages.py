"""Times the largest pages, 8 at once, beside a bare page of the same server, and counts queries.

A result with 100 kB of code and 200 findings, and the history of a user with 50,000 submissions, on
a MariaDB of the bench's own and granian as production starts it. All are loaded in turns, so that a
busy machine slows them alike. Ratios and counts decide; milliseconds are printed.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from statistics import median

from benchmarks.jobs import load
from benchmarks.jobs.load import Outcome
from benchmarks.laboratory import machine, verdict
from benchmarks.laboratory.report import Report
from benchmarks.laboratory.room import Laboratory, open_laboratory
from benchmarks.laboratory.submitting import user_named
from benchmarks.laboratory.visiting import new_session
from benchmarks.pages import rows
from config.workshop.console import say

AT_ONCE = 8
TURNS = 3
SECONDS, WARM_SECONDS = 1.0, 0.2
BARE = "/account/delete/"  # session, user and the layout, with some lines of text
HISTORY = "/submissions/"
WHOLE_TABLE = "ALL"
MOST_TIMES = 4.0  # the bare page
GOAL_RESULT_MS, GOAL_HISTORY_MS = 80.0, 60.0


@dataclass(frozen=True)
class Page:
    """An address with its bounds: the median in times of the bare page's, and the queries.

    ``most_times_short`` bounds a long history beside one that fills two pages. 0 is no bound.
    ``goal_ms`` is what nineteen of twenty answers should keep to on a machine of their own.
    """

    name: str
    path: str
    user: str
    most_times: float
    most_queries: int
    goal_ms: float
    most_times_short: float = 0.0


def main() -> int:
    """Fill, ask, compare; 0 when every bound held."""
    wanted = parse()
    report = Report()
    with open_laboratory("bench-pages") as laboratory:
        say(f"Filling a history of {rows.LONG:,} submissions.")
        pages = fill()
        laboratory.start_web(workers=2)
        time_pages(laboratory, pages, report)
        count_queries(pages, report)
        explain(report)
    code = report.verdict()
    if wanted.save:
        say(f"Kept in {machine.save('pages', report.lines)}.")
    return code


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./dev bench pages", description=__doc__)
    parser.add_argument(
        "--save", action="store_true", help="keep what was printed, with the machine described"
    )
    return parser.parse_args()


def fill() -> list[Page]:
    """Make the rows; what is to be asked for."""
    rows.add_history(user_named("long"), rows.LONG)
    rows.add_history(user_named("short"), rows.SHORT)
    result = f"/submissions/{rows.add_result(user_named('result'))}/"
    last = rows.LONG // 25
    history = {
        "first page": ("", 1.5),
        "last page": (f"?page={last}", 4.0),
        "by name": ("?sort=name", 3.0),
        "by worst finding": ("?sort=worst", 12.0),
        "one language": ("?language=go", 3.0),
        "one state": ("?state=failed", 8.0),
        "one severity": ("?severity=high", 3.0),
        "some days": ("?since=2025-03-01&until=2025-03-09", 3.0),
        "a word in name or comments": ("?q=safe", 3.0),
        "a word that is nowhere": ("?q=nowhere", 60.0),
    }
    tabs = ("dossier", "findings", "code", "rebuilt", "diff", "verdict", "evidence", "trace")
    # The histories last: by then the database has put away what it was just filled with.
    return [
        *(
            Page(f"result, {tab}", f"{result}?tab={tab}", "result", MOST_TIMES, 12, GOAL_RESULT_MS)
            for tab in tabs
        ),
        Page("account", "/account/", "long", 8.0, 12, GOAL_RESULT_MS),
        Page("history of 50", HISTORY, "short", MOST_TIMES, 6, GOAL_HISTORY_MS),
        *(
            Page(
                f"history of 50,000, {name}", f"{HISTORY}{query}", "long",
                0.0 if query else MOST_TIMES, 6, GOAL_HISTORY_MS, most,
            )
            for name, (query, most) in history.items()
        ),
    ]  # fmt: skip


def time_pages(laboratory: Laboratory, pages: list[Page], report: Report) -> None:
    """Each page in turns with those that it is compared with; ratios of medians decide."""
    report.section("times", f"{AT_ONCE} at once, {TURNS} turns with {BARE} in between")
    sessions = {name: new_session(name) for name in {page.user for page in pages}}
    for page in pages:
        ours, bare, short = [], [], []
        for _ in range(TURNS):
            bare.append(loaded(laboratory, BARE, sessions["short"]))
            ours.append(loaded(laboratory, page.path, sessions[page.user]))
            if page.most_times_short:
                short.append(loaded(laboratory, HISTORY, sessions["short"]))
        report_times(page, ours, bare, short, report)


def report_times(
    page: Page, ours: list[Outcome], bare: list[Outcome], short: list[Outcome], report: Report
) -> None:
    """The page's times, beside those of the bare page and of a short history."""
    p50, p95 = middle(ours), median(each.p95 for each in ours)
    beside = f"bare page {middle(bare):.1f} ms"
    beside += f", short history {middle(short):.1f} ms" if short else ""
    report.figure(page.name, f"p50 {p50:.1f} ms; p50 of the {beside}")
    report.goal(f"{page.name}: p95 in ms", p95, page.goal_ms)
    if page.most_times:
        report.at_most(f"{page.name}: times the bare page", p50 / middle(bare), page.most_times)
    if short:
        name = f"{page.name}: times the short history"
        report.at_most(name, p50 / middle(short), page.most_times_short)
    others = sum(n for each in ours for status, n in each.statuses.items() if status != "200")
    report.exactly(f"{page.name}: answers that were not 200", others, 0)


def middle(outcomes: list[Outcome]) -> float:
    """The median of the turns' medians, in milliseconds."""
    return median(each.p50 for each in outcomes)


def loaded(laboratory: Laboratory, path: str, session: str) -> Outcome:
    """Ask for one page, AT_ONCE times in parallel, for a while."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{laboratory.web_port}"]
    lines += [f"Cookie: sessionid={session}"] if session else []
    plan = ["\r\n".join([*lines, "", ""])] * AT_ONCE
    folder = laboratory.folder
    return load.run(laboratory.web_port, plan, folder, seconds=SECONDS, warm=WARM_SECONDS)


def count_queries(pages: list[Page], report: Report) -> None:
    """How many statements each page needs."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    report.section("queries", "statements of one page, session and user included")
    for page in pages:
        client = Client(headers={"host": "localhost"})
        client.cookies["sessionid"] = new_session(page.user)
        client.get(page.path)
        with CaptureQueriesContext(connection) as captured:
            client.get(page.path)
        report.at_most(f"{page.name}: queries", len(captured), page.most_queries)


def explain(report: Report) -> None:
    """The plans by which keys are found in the long history."""
    from accounts.models import User
    from pipeline import listing
    from pipeline.listing import Wanted
    from pipeline.models import JobState

    report.section("plans", "how MariaDB finds the keys of a page")
    user = User.objects.get(pk=user_named("long"))
    for wanted in (
        Wanted(), Wanted(order="name"), Wanted(order="worst"), Wanted(language="go"),
        Wanted(states=(JobState.SUCCEEDED,)), Wanted(severity="high"),
    ):  # fmt: skip
        plan = listing.keys_of(user, wanted)[:25].explain()
        report.line(f"  {wanted}")
        for line in plan.splitlines():
            report.line(f"      {line}")
        whole = sum(WHOLE_TABLE in line.split() for line in plan.splitlines())
        report.exactly("tables that are read whole", whole, 0)


if __name__ == "__main__":
    verdict.run(main)
