"""Daily usage as a table for a spreadsheet: figures and whose they are, and nothing else."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from billing.models import DailyUsage
from operations import audit

COLUMNS = (
    "day", "user__email", "submissions", "calls", "input_tokens", "output_tokens",
    "cost_microdollars", "unpriced_calls",
)  # fmt: skip
HEAD = tuple(column.replace("user__email", "user") for column in COLUMNS)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet reckon with a text


@transaction.atomic
def usage_as_csv(usage: QuerySet[DailyUsage], *, by: User) -> str:
    """These rows as CSV, oldest day first. Leaves an audit entry, for it tells of people."""
    rows = list(usage.order_by("day", "user__email").values_list(*COLUMNS))
    audit.record(by, "usage.export", rows=len(rows))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue()


def _plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
