"""Passive health: how the real calls to providers went lately, read from the calls' own rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from operations.clock import database_now
from providers.models import ProviderCall

WINDOW = timedelta(hours=24)
# Percentiles by nearest rank, of the calls that succeeded: a refusal in 20 ms is no fast answer.
FIGURES = """
WITH ended AS (
  SELECT id, provider_id, state, latency_ms,
    ROW_NUMBER() OVER (PARTITION BY provider_id, state ORDER BY latency_ms) AS place,
    COUNT(*) OVER (PARTITION BY provider_id, state) AS peers
  FROM provider_calls
  WHERE started_at >= %s AND state <> 'intent' AND provider_id IN ({providers})
)
SELECT provider_id, COUNT(*), SUM(CASE WHEN state = 'succeeded' THEN 1 ELSE 0 END),
  MIN(CASE WHEN state = 'succeeded' AND place * 100 >= peers * 50 THEN latency_ms END),
  MIN(CASE WHEN state = 'succeeded' AND place * 100 >= peers * 95 THEN latency_ms END),
  MAX(CASE WHEN state = 'failed' THEN id END)
FROM ended GROUP BY provider_id
"""


@dataclass(frozen=True)
class Traffic:
    """The calls to one provider that ended within WINDOW; latencies are those of good ones."""

    calls: int = 0
    succeeded: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    last_failure: ProviderCall | None = None

    @property
    def percent(self) -> float | None:
        """Share of calls that succeeded; None without a call."""
        return 100 * self.succeeded / self.calls if self.calls else None

    def __str__(self) -> str:
        if self.percent is None:
            return "no calls"
        calls = f"{self.calls:,} call{'' if self.calls == 1 else 's'}"
        return f"{_rounded(self.percent)} % of {calls}"


def of(providers: Iterable[int]) -> dict[int, Traffic]:
    """The traffic of each provider that had any, by primary key.

    Two queries however many there are: the figures, and the last failure of each.
    """
    keys = list(providers)
    if not keys:
        return {}
    since = connection.ops.adapt_datetimefield_value(database_now() - WINDOW)
    sql = FIGURES.format(providers=", ".join(["%s"] * len(keys)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [since, *keys])
        rows = cursor.fetchall()
    failures = ProviderCall.objects.in_bulk([row[5] for row in rows if row[5]])
    return {
        key: Traffic(calls, int(succeeded), p50, p95, failures.get(failure))
        for key, calls, succeeded, p50, p95, failure in rows
    }


def _rounded(percent: float) -> str:
    """One decimal, cut off, so that only all calls are 100 %."""
    return f"{int(percent * 10) / 10:g}"
