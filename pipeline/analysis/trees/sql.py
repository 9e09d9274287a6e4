"""Does SQL parse? Asked of sqlglot in the dialects people use; any that takes it is believed.

sqlglot is loaded only here, in the child that reads SQL, since it takes a fifth of a second. It is
tolerant by design and knows no dialect whole, so a refusal alone never means broken.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from pipeline.analysis.trees import brackets
from pipeline.analysis.types import Syntax, SyntaxState

DIALECTS = ("", "postgres", "mysql", "tsql", "oracle", "sqlite")
_CLIENT_LINE = re.compile(r"^(?:\\|DELIMITER\b|GO[ \t]*$|@@?\w).*$", re.MULTILINE | re.IGNORECASE)
TOO_DEEP = "it is nested too deeply for the parser here"


def check(code: str) -> Syntax:
    """Valid where a dialect takes every statement; raises ImportError without sqlglot."""
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it logs what it reads only half
    text, refusal = _CLIENT_LINE.sub("", code), None
    for dialect in DIALECTS:
        try:
            return _accepted(_statements(text, dialect))
        except SqlglotError as error:
            refusal = refusal or error
        except RecursionError:
            return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=TOO_DEEP)
    return _refused(code, refusal)


def _statements(text: str, dialect: str) -> list[Any]:
    import sqlglot

    return list(sqlglot.parse(text, read=dialect or None))


def _accepted(statements: list[Any]) -> Syntax:
    """Statements that sqlglot keeps as plain text were not parsed, and that is said."""
    from sqlglot.expressions import Command

    skipped = sum(isinstance(statement, Command) for statement in statements)
    message = f"{skipped} statements were recognised only by their first word" if skipped else ""
    return Syntax(state=SyntaxState.VALID, message=message)


def _refused(code: str, error: Exception | None) -> Syntax:
    unmatched = brackets.mismatch(code, "sql")
    if unmatched is not None:
        return Syntax(state=SyntaxState.BROKEN, message=unmatched.message, line=unmatched.line)
    places = getattr(error, "errors", None) or [{}]
    line = places[0].get("line")
    message = f"none of the dialects known here ({_named()}) takes it as a whole"
    return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=message, line=line)


def _named() -> str:
    names = {"postgres": "PostgreSQL", "mysql": "MySQL", "tsql": "T-SQL", "oracle": "Oracle"}
    return ", ".join([*names.values(), "SQLite"])
