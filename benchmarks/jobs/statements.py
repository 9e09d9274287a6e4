"""Which statements one job costs, in order, as MariaDB's general log has them."""

from __future__ import annotations

import re

from benchmarks.jobs.stage import Stage
from benchmarks.laboratory.report import Report

WARM_JOBS = 40
LONGEST = 150
LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\b\d+\b", re.DOTALL)
COLUMNS = re.compile(
    r"(?<=SELECT ).*?(?= FROM )|(?<=\().{40,}?(?=\) VALUES)|(?<=VALUES \().*(?=\))"
)
ON, OFF = "SET GLOBAL general_log = 'ON'", "SET GLOBAL general_log = 'OFF'"


def report_one_job(stage: Stage, report: Report) -> None:
    """Print the statements of one job that a warm worker ran."""
    stage.clear()
    stage.fill_queue(WARM_JOBS)
    with stage.worker(analysis="off"):
        stage.run_all()
        logged = log_of_one_job(stage)
    report.figure("statements of one job in a warm worker", str(len(logged)))
    for statement in logged:
        report.line(f"      {shortened(statement)}")


def log_of_one_job(stage: Stage) -> list[str]:
    """What the workers' user sent while one job ran, less what was sent for no job."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET GLOBAL log_output = 'TABLE'")
        cursor.execute("TRUNCATE TABLE mysql.general_log")
        cursor.execute(ON)
        try:
            stage.fill_queue(1)
            stage.run_all()
        finally:
            cursor.execute(OFF)
        cursor.execute(
            "SELECT argument FROM mysql.general_log WHERE command_type = 'Query' "
            "AND user_host LIKE 'worker%%' ORDER BY event_time, thread_id"
        )
        return [_text(row[0]) for row in cursor.fetchall()]


def shortened(statement: str) -> str:
    """A statement without its values and without long lists of columns, cut to a line."""
    text = " ".join(statement.split()).replace("`", "")
    text = COLUMNS.sub("…", LITERAL.sub("?", text))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(argument: bytes | str) -> str:
    return argument.decode("utf-8", "replace") if isinstance(argument, bytes) else argument
