"""Fills the job tables with ended jobs: copies of one real job, made by the database itself.

A copied submission has a short code and copied results a short content, so that a million jobs
(eight million rows) fit on any machine; what is searched for, keys and times, is each row's own.
"""

from __future__ import annotations

from typing import Any

BASE = 1_000_000  # copies come after the template ...
NEWEST = 100_000_000  # ... and before what the product makes later, as older jobs do
CHUNK = 50_000
USERS = 100
TABLES = ("code_submissions", "jobs", "pipeline_results", "provider_calls")
OTHER_STATES = {97: "failed", 98: "dead", 99: "cancelled"}  # of each hundred; the rest succeeded


def add_ended_jobs(first: int, last: int, template: int, users: list[int]) -> None:
    """Copy the job ``template`` with all that belongs to it, as numbers ``first`` to ``last``."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET SESSION foreign_key_checks = 0, unique_checks = 0")
        for start in range(first, last + 1, CHUNK):
            end = min(last, start + CHUNK - 1)
            for table in TABLES:
                _copy(cursor, table, template, users, f"seq_{start}_to_{end}")
        cursor.execute("SET SESSION foreign_key_checks = 1, unique_checks = 1")
        cursor.execute(f"ANALYZE TABLE {', '.join(TABLES)}")


def leave_room() -> None:
    """Let the product give out ids above those of all copies from now on."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} AUTO_INCREMENT = {NEWEST}")


def counts() -> dict[str, int]:
    """How many rows each table has."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - our own tables
            found[table] = int(cursor.fetchone()[0])
    return found


def _copy(cursor: Any, table: str, template: int, users: list[int], numbers: str) -> None:
    own = _own_values(users)[table]
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608
    columns = [column[0] for column in cursor.description]
    values = ", ".join(own.get(name, f"src.`{name}`") for name in columns)
    names = ", ".join(f"`{name}`" for name in columns)
    where = {
        "jobs": f"src.id = {template}",
        "code_submissions": f"src.id = (SELECT submission_id FROM jobs WHERE id = {template})",  # noqa: S608
    }.get(table, f"src.job_id = {template}")
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} src JOIN {numbers} n"  # noqa: S608
        f" WHERE {where}"
    )


def _own_values(users: list[int]) -> dict[str, dict[str, str]]:
    """By table and column: what differs from the template, as SQL over src and the number n.seq."""
    number = f"{BASE} + n.seq"
    of_three = f"3 * ({number}) + src.id % 3"
    states = " ".join(f"WHEN {rest} THEN '{state}'" for rest, state in OTHER_STATES.items())
    return {
        "code_submissions": {
            "id": number,
            "public_id": "CONCAT('copy-', LPAD(n.seq, 17, '0'))",
            "user_id": f"ELT(1 + n.seq % {len(users)}, {', '.join(map(str, users))})",
            "code": "CONCAT('print(', n.seq, ')')",
            "current_job_id": number,
            "created_at": _earlier("created_at"),
        },
        "jobs": {
            "id": number,
            "submission_id": number,
            "state": f"CASE n.seq % 100 {states} ELSE 'succeeded' END",
            **{name: _earlier(name) for name in ("created_at", "available_at", "announced_at")},
            **{name: _earlier(name) for name in ("started_at", "finished_at", "step_started_at")},
        },
        "pipeline_results": {
            "id": of_three,
            "job_id": number,
            "content": "'{}'",
            "created_at": _earlier("created_at"),
        },
        "provider_calls": {
            "id": of_three,
            "job_id": number,
            "call_id": f"CONCAT('00000000-0000-4000-8000-', LPAD(HEX({of_three}), 12, '0'))",
            **{name: _earlier(name) for name in ("started_at", "finished_at")},
        },
    }


def _earlier(column: str) -> str:
    """A second earlier for each number."""
    return f"src.`{column}` - INTERVAL n.seq SECOND"
