"""All rows of the database that one user's jobs must not touch, to be compared before and after."""

from __future__ import annotations

from collections import Counter

# What a user's own jobs write; of these tables the rows of everybody else count.
_JOBS = "SELECT id FROM jobs WHERE submission_id IN ({submissions})"
_SUBMISSIONS = "SELECT id FROM code_submissions WHERE user_id = {user}"
OWN_ROWS = {
    "code_submissions": "user_id = {user}",
    "jobs": "submission_id IN ({submissions})",
    "pipeline_results": "job_id IN ({jobs})",
    "evidence": "job_id IN ({jobs})",
    "step_drafts": "job_id IN ({jobs})",
    "findings": "user_id = {user}",
    "finding_events": "finding_id IN (SELECT id FROM findings WHERE user_id = {user})",
    "provider_calls": "job_id IN ({jobs})",
    "growing_answers": "job_id IN ({jobs})",
    "daily_usage": "user_id = {user}",
}

Rows = dict[str, Counter[tuple[str, ...]]]


def rows_of_others(user: int) -> Rows:
    """Table -> its rows as text, less those that the user's own jobs write."""
    from django.db import connection

    return {table: _rows(table, user) for table in sorted(connection.introspection.table_names())}


def differences(before: Rows, after: Rows) -> list[str]:
    """Each table with how many rows are gone or changed, and how many are new."""
    return [
        f"{table}: {(rows - after[table]).total()} gone or changed, "
        f"{(after[table] - rows).total()} new"
        for table, rows in before.items()
        if rows != after[table]
    ]


def _rows(table: str, user: int) -> Counter[tuple[str, ...]]:
    from django.db import connection

    where = f" WHERE NOT ({_own(table, user)})" if table in OWN_ROWS else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}{where}")  # noqa: S608
        return Counter(tuple(map(str, row)) for row in cursor.fetchall())


def _own(table: str, user: int) -> str:
    submissions = _SUBMISSIONS.format(user=user)
    jobs = _JOBS.format(submissions=submissions)
    return OWN_ROWS[table].format(user=user, submissions=submissions, jobs=jobs)
