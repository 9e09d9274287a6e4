"""Values from outside in the text of SQL statements, and in queries of document databases."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

RUNNERS = ("concurrent", "threading", "multiprocessing")


def _runs_statements(call: Call) -> bool:
    """``execute`` of a thread pool or a command object is something else."""
    return not call.receiver.name.startswith(RUNNERS)


SQL = Family(
    name="sql",
    about=Explanation(
        89,
        Severity.CRITICAL,
        "A value from outside is written into SQL",
        "It becomes part of the statement's text instead of being sent beside it.",
        "A value with a quote in it changes the statement: reading, altering or deleting any row "
        "the account may touch.",
        "Use the driver's placeholders (%s, ? or :name) and pass the values as parameters; take "
        "table and column names from a fixed list.",
    ),
    sinks=(
        Sink(
            words(
                "*.execute *.executemany *.executescript *.exec_driver_sql *.fetchrow *.fetchval"
                " *.run_sql *.execute_sql *.execute_query *.mogrify *.read_sql pandas.read_sql"
                " pandas.read_sql_query"
            ),
            names=words("sql query statement operation"),
            when=_runs_statements,
        ),
        Sink(words("sqlalchemy.text sqlalchemy.sql.text sqlalchemy.literal_column"), passes=True),
        Sink(
            words(
                "sqlalchemy.sql.expression.text django.db.models.expressions.RawSQL"
                " peewee.SQL django.db.models.RawSQL"
            ),
            passes=True,
        ),
        Sink(words("psycopg2.sql.SQL psycopg.sql.SQL"), passes=True),
        Sink(words("*.raw *.raw_query *.from_statement"), names=("raw_query",)),
        Sink(words("*.extra"), names=words("where select tables order_by"), position=9),
    ),
    judged=words("B608 B610 B611"),
    cleaners=words(
        "*.escape_string *.quote_ident psycopg2.sql.Identifier psycopg2.sql.Literal"
        " psycopg2.sql.Placeholder psycopg.sql.Identifier psycopg.sql.Literal"
    ),
    text_only=True,
    in_strings=True,
)
FAMILIES = (SQL,)
