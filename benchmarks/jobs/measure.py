"""Reads what processes used (/proc) and what stands in the database; Linux and MariaDB only."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.workshop.processes import parent_of

TICKS = os.sysconf("SC_CLK_TCK")
STATUS = ("Questions", "Com_admin_commands")


@dataclass(frozen=True)
class Memory:
    """In megabytes (10^6 bytes). ``pss`` counts pages that are shared with others in part."""

    rss: float
    pss: float


def cpu_seconds(pid: int, *, with_children: bool = False) -> float:
    """User and system time of a process, with that of its children that have ended if asked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15] if with_children else fields[11:13])) / TICKS


def children_of(pid: int) -> list[int]:
    """The living processes whose parent is this one."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if parent_of(number) == pid]


def memory(pid: int) -> Memory:
    """What a process holds now."""
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, size = line.partition(":")
        sizes[name] = int(size.split()[0]) * 1024 / 1e6
    return Memory(rss=sizes["Rss"], pss=sizes["Pss"])


def status() -> dict[str, int]:
    """The server's counts of statements and of pings (admin commands) since its start."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS WHERE Variable_name IN %s", [STATUS])
        return {name: int(value) for name, value in cursor.fetchall()}


def connections_of(user: str) -> int:
    """How many connections a database user has."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE USER = %s", [user]
        )
        return int(cursor.fetchone()[0])


def finish_times() -> list[datetime]:
    """When each job succeeded, in order, by the database's clock."""
    from pipeline.models import Job

    ended = Job.objects.filter(state="succeeded").order_by("finished_at")
    return [moment for moment in ended.values_list("finished_at", flat=True) if moment]


def rate(moments: Sequence[datetime], skipped: int) -> float:
    """Jobs a second between the ``skipped``-th end and the ``skipped``-th from last."""
    inner = moments[skipped : len(moments) - skipped]
    return (len(inner) - 1) / (inner[-1] - inner[0]).total_seconds()


def percentile(values: Sequence[float], share: int) -> float:
    """The given percentile (1 to 99)."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
