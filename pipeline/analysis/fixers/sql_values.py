"""Values that are written into SQL text are passed to the driver instead (CWE-89)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.sql_fragments import holds_sql
from pipeline.analysis.fixers.sql_parts import Statement, is_format, take_apart
from pipeline.analysis.fixers.sql_text import IDENTIFIER, ODD, Reader, Slot, UnclearError
from pipeline.analysis.fixers.words import words_of

TITLE = "The values of the SQL statement are passed separately and can no longer change it"

#: driver -> its placeholder
DRIVERS = {
    "sqlite3": "?",
    "psycopg2": "%s",
    "psycopg": "%s",
    "pymysql": "%s",
    "MySQLdb": "%s",
    "mysql.connector": "%s",
}
DJANGO = "django.db.connection.cursor"
OTHERS = re.compile(
    r"\b(sqlalchemy|django|peewee|asyncpg|aiosqlite|aiomysql|duckdb|pyodbc|pymssql)\b"
)
CURSORS = {"conn", "connection", "con", "cur", "cursor", "c", "db", "crsr"}
CLEANED = re.compile(r"\.replace\(|escape|quote|sanitize|clean|repr\(|\badapt\b", re.IGNORECASE)

NO_DRIVER = (
    "The statement is put together from parts. Which database driver runs it is not clear, so "
    "neither is its placeholder; pass the values as parameters."
)
ELSEWHERE = (
    "The statement is held in a variable with other uses, or its values may change before it is "
    "run; pass the values as parameters."
)
ESCAPED = "A value is quoted or escaped by the program before; passed separately it would change."


def look(source: Source, plan: Plan) -> None:
    """Plan parameters for every ``execute`` of a text that values were written into."""
    for call in source.all(cst.Call):
        method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
        runs = method == "execute" or (method == "raw" and _is_manager(source, call))
        if runs and len(call.args) == 1 and not arguments.has_star(call):
            query = _query(source, call)
            if query is not None:
                _consider(source, plan, call, query)


def _is_manager(source: Source, call: cst.Call) -> bool:
    """Whether ``call`` is ``Model.objects.raw(...)`` of Django."""
    uses_django = any(
        name.startswith("django.") for found in source.imported.values() for name in found
    )
    return uses_django and source.code(call.func).endswith(".objects.raw")


def _query(source: Source, call: cst.Call) -> cst.BaseExpression | None:
    """The expression that puts the statement together, here or in the variable that holds it."""
    value = call.args[0].value
    values = source.assigned_values(value) if isinstance(value, cst.Name) else [value]
    return values[0] if len(values) == 1 and _is_built(values[0]) else None


def _is_built(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.FormattedString):
        return any(isinstance(part, cst.FormattedStringExpression) for part in value.parts)
    if isinstance(value, cst.ConcatenatedString):
        return _is_built(value.left) or _is_built(value.right)
    if isinstance(value, cst.BinaryOperation):
        return isinstance(value.operator, (cst.Modulo, cst.Add))
    return is_format(value)


def _consider(source: Source, plan: Plan, call: cst.Call, query: cst.BaseExpression) -> None:
    line, placeholder = source.line(call), _placeholder(source, call)
    if placeholder is None:
        plan.refuse(line, NO_DRIVER)
        return
    try:
        statement = take_apart(source, query)
        slots = Reader().read(statement.pieces)
        _check(source, statement, slots, placeholder)
        _check_fragments(source, query, slots)
        _check_variable(source, call, query)
    except UnclearError as error:
        plan.refuse(line, str(error))
        return
    values = ", ".join(slot.value for slot in slots) + ("," if len(slots) == 1 else "")
    edits = [Edit(slot.start, slot.end, placeholder + slot.tail) for slot in slots]
    plan.repair(line, TITLE, *edits, *statement.cuts, arguments.add(source, call, f"({values})"))


def _placeholder(source: Source, call: cst.Call) -> str | None:
    """The placeholder of the one driver that this file uses; None where that is not clear."""
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    code = source.code(owner) if owner else ""
    if owner and (source.made_by(owner) == {DJANGO} or _is_manager(source, call)):
        return "%s"
    known = bool(words_of([code.rpartition(".")[2]]) & CURSORS) and not _has_own_execute(
        source, owner
    )
    drivers = _drivers(source)
    return DRIVERS[next(iter(drivers))] if known and len(drivers) == 1 else None


def _has_own_execute(source: Source, owner: cst.BaseExpression | None) -> bool:
    """Whether ``owner`` may be a wrapper whose ``execute`` takes the statement alone."""
    first = dotted(owner).partition(".")[0] if owner else ""
    imported = source.imported.get(first, set()) - {"flask.g"}
    return bool(imported) or any(f.name.value == "execute" for f in source.all(cst.FunctionDef))


def _drivers(source: Source) -> set[str]:
    """The drivers that the file imports; none where it also uses a library that is not known."""
    if "drivers" not in source.memory:
        origins = [f"{origin}." for found in source.imported.values() for origin in found]
        drivers = {name for name in DRIVERS for o in origins if o.startswith(f"{name}.")}
        source.memory["drivers"] = set() if OTHERS.search(source.text) else drivers
    found: set[str] = source.memory["drivers"]
    return found


def _check(source: Source, statement: Statement, slots: list[Slot], placeholder: str) -> None:
    """Raises UnclearError where the same values would not mean the same when passed."""
    text = "".join(piece.text for piece in statement.pieces)
    doubled = "{{" in text or "}}" in text or bool(source.bindings("str"))
    if not slots or placeholder[0] in text or doubled:
        raise UnclearError(ODD)
    for piece in statement.pieces:
        if CLEANED.search(piece.value) or _was_cleaned(source, piece.value):
            raise UnclearError(ESCAPED)


def _check_fragments(source: Source, query: cst.BaseExpression, slots: list[Slot]) -> None:
    """Raises UnclearError where a part without quotes may be SQL of the program's own."""
    parts = {slot.value: slot for slot in slots}
    for node in source.within(query, cst.BaseExpression):  # type: ignore[type-abstract]
        if source.code(node) in parts and holds_sql(source, node):
            raise UnclearError(IDENTIFIER)


def _check_variable(source: Source, call: cst.Call, query: cst.BaseExpression) -> None:
    """Where a variable holds the statement: raises UnclearError unless it is only executed here,
    and its values are the same then as when it was put together."""
    variable = call.args[0].value
    if variable is query or not isinstance(variable, cst.Name):
        return
    scope, around = source.scope(call), source.function(call) or source.module
    names = [name.value for name in source.within(query, cst.Name)]
    rebound = any(scope is not None and len(scope[name]) > 1 for name in names)
    calls = [part for part in source.within(query, cst.Call) if part is not query]
    if rebound or calls or len(source.uses(around, variable.value)) != 2:
        raise UnclearError(ELSEWHERE)


def _was_cleaned(source: Source, name: str) -> bool:
    """Whether a variable of that name is ever bound to something quoted or escaped."""
    if not name.isidentifier():
        return False
    key = f"cleaned {name}"
    if key not in source.memory:
        lines = re.findall(rf"\b{name}\s*=[^=].*", source.text)
        source.memory[key] = any(CLEANED.search(line) for line in lines)
    return bool(source.memory[key])


FIXER = Fixer(
    id="sql-values",
    title="Values written into SQL statements",
    cwe=89,
    repairs="Values in f-strings, %, + and .format that make SQL are passed to the driver.",
    answers=("B608", "S608"),
    sign=re.compile(r"\.(execute|raw)\b"),
    look=look,
    proven=True,
)
