"""What the hot path asks of the database: each flow's statements, rows read, time and plans.

A flow is what one event costs: a submission, a job's run from claim to end, a sweep, a poll. It is
run in this process through the product's own functions; whatever they send to the database goes
through one wrapper here, so this follows the code without knowing its statements.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.jobs.statements import shortened

REPEATS = 40
READS = "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'"
EXPLAINABLE = ("SELECT", "UPDATE", "DELETE")
LARGE = 5_000  # rows; a table of fewer may be read whole

Flow = Callable[[], object]
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


@dataclass
class Statement:
    """One statement of a flow, as it stands in the code."""

    sql: str
    plan: str
    reads_whole_table: bool


@dataclass
class Cost:
    """Of one run of a flow: median time in the database, rows that the server read, statements."""

    ms: float
    rows_read: float
    statements: dict[str, Statement] = field(default_factory=dict)


def measure(flow: Callable[[int], Flow]) -> Cost:
    """Run a flow often. ``flow(number)`` prepares the run of that number, which is not counted.

    Rows are counted of a second run of the last number: what is known of a file since its first
    run is read too, whatever ran before.
    """
    flow(0)()  # compiles, connects, fills caches
    times = [_database_ms(flow(number)) for number in range(1, REPEATS + 1)]
    reads, statements = _read(flow(REPEATS))
    return Cost(statistics.median(times), reads, statements)


def _database_ms(run: Flow) -> float:
    from django.db import connection

    spent = 0.0

    def timed(execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal spent
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent += time.perf_counter() - started

    with connection.execute_wrapper(timed):
        run()
    return spent * 1000


def _read(run: Flow) -> tuple[int, dict[str, Statement]]:
    """The rows that one run lets the server read, and its statements with their plans."""
    from django.db import connection

    connection.ensure_connection()
    asking = -_rows_read(connection) + _rows_read(connection)  # what the question itself reads
    reads, mark = 0, _rows_read(connection)
    found: dict[str, Statement] = {}

    def settle() -> None:
        """Count what was read since the mark, also by statements that went along with others."""
        nonlocal reads, mark
        now = _rows_read(connection)
        reads, mark = reads + now - mark - asking, now

    def counted(
        execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        nonlocal mark
        if sql.lstrip("( ").startswith(EXPLAINABLE):
            settle()
            text = shortened(sql)
            found.setdefault(text, _explained(connection, text, sql, params))
            mark = _rows_read(connection)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        run()
    settle()
    return reads, found


def _rows_read(connection: Any) -> int:
    """How many rows, of tables and indexes, this session has read so far."""
    with connection.connection.cursor() as cursor:
        cursor.execute(READS)
        return sum(int(value) for _, value in cursor.fetchall())


def _explained(connection: Any, text: str, sql: str, params: Any) -> Statement:
    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    steps = [_step(row) for row in rows if row["table"]]
    whole = any(row["type"] == "ALL" and int(row["rows"] or 0) > LARGE for row in rows)
    return Statement(text, "; ".join(steps) or rows[0]["Extra"] or "nothing to do", whole)


def _step(row: dict[str, Any]) -> str:
    key = f" by {row['key']}" if row["key"] else ""
    return f"{row['table']} {row['type']}{key}, {row['rows']} rows"
