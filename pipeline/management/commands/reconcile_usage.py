"""manage.py reconcile_usage: proves that the days' usage is the sum of what calls took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.money import dollars
from pipeline.reconciliation import DAYS, MOST_LISTED, Difference, Report, recent_days, reconcile
from providers.models import ProviderCall

HEAD = ("day", "user", "where", "figure", "stands", "calls say")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is no day: write it like 2026-03-31.") from None


class Command(BaseCommand):
    help = (
        "Compare each user's usage of a UTC day with the calls of models that were made for it, "
        "and each step's result with its calls. Exits with 1 where they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--day", type=_day, help=f"UTC day as YYYY-MM-DD; without it the last {DAYS} days"
        )
        parser.add_argument(
            "--fix", action="store_true", help="make the days' usage what the calls say"
        )

    def handle(self, *, day: date | None, fix: bool, **options: Any) -> None:
        report = reconcile([day] if day else recent_days(), fix=fix)
        self._list("Calls without an outcome, perhaps paid", report.open_calls)
        self._list("Calls of unknown cost", report.unpriced_calls)
        if report.differences:
            self.stdout.write("\n".join(_table(report.differences)))
        verdict = _verdict(report)
        if report.differences:
            raise CommandError(verdict, returncode=1)
        self.stdout.write(verdict)

    def _list(self, title: str, calls: list[ProviderCall]) -> None:
        if calls:
            lines = [f"{title} (at most {MOST_LISTED} a day are listed):", *map(_line, calls), ""]
            self.stdout.write("\n".join(lines))


def _line(call: ProviderCall) -> str:
    return (
        f"  {call.started_at:%Y-%m-%d %H:%M:%S}  job {call.job_id}, {call.step}, attempt "
        f"{call.attempt}: {call.provider_name} / {call.model}, call {call.call_id}"
    )


def _table(differences: Iterable[Difference]) -> list[str]:
    """The differences in columns, numbers to the right."""
    rows = [HEAD, *([str(value) for value in vars(each).values()] for each in differences)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return ["  ".join(_cells(row, widths)).rstrip() for row in rows]


def _cells(row: Iterable[str], widths: list[int]) -> list[str]:
    texts = list(zip(row, widths, strict=True))
    return [t.ljust(w) for t, w in texts[:-2]] + [t.rjust(w) for t, w in texts[-2:]]


def _verdict(report: Report) -> str:
    first, last = report.days[0], report.days[-1]
    when = str(first) if first == last else f"{first} to {last}"
    if report.agrees:
        return (
            f"{when}: usage agrees with the calls: {report.calls} calls, known cost "
            f"{dollars(report.cost_microdollars)}, days of users: {report.users}, calls without "
            f"an outcome: {len(report.open_calls)}, of unknown cost: {len(report.unpriced_calls)}."
        )
    fixed = f" Days of users that were put right: {report.fixed}." if report.fixed else ""
    number = len(report.differences)
    differences = "1 difference" if number == 1 else f"{number} differences"
    return f"{when}: usage does NOT agree with the calls: {differences}.{fixed}"
