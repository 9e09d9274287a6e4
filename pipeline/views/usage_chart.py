"""The last thirty days of a user as bars, drawn on the server like the charts of providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from billing.models import DailyUsage
from providers.drawing import HEIGHT, LEAST, WIDTH, Bar

DAYS = 30


@dataclass(frozen=True)
class UsageChart:
    """``rows`` are the days with something to tell, the oldest first."""

    begins: date
    ends: date
    rows: tuple[DailyUsage, ...]

    width, height = WIDTH, HEIGHT

    @property
    def submissions(self) -> int:
        return sum(row.submissions for row in self.rows)

    @property
    def most(self) -> int:
        """The height of the chart; 0 when nothing was submitted."""
        return max((row.submissions for row in self.rows), default=0)

    @property
    def bars(self) -> list[Bar]:
        step = WIDTH // DAYS
        return [
            self._bar((row.day - self.begins).days * step, step, row.submissions)
            for row in self.rows
            if row.submissions
        ]

    def _bar(self, left: int, step: int, count: int) -> Bar:
        height = max(LEAST, HEIGHT * count // self.most)
        return Bar(left + 1, HEIGHT - height, step - 2, height)


def usage_chart(user: User, today: date) -> UsageChart:
    """What the user's days up to ``today`` (UTC) used. One query."""
    begins = today - timedelta(days=DAYS - 1)
    rows = DailyUsage.objects.filter(user=user, day__range=(begins, today)).order_by("day")
    return UsageChart(begins, today, tuple(rows))
