"""Values that are written into SQL text are passed to the driver instead (CWE-89)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.sql_fragments import holds_sql, may_be_tuple
from pipeline.analysis.fixers.sql_text import IDENTIFIER, ODD, Piece, Reader, Slot, UnclearError
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
OTHERS = re.compile(
    r"\b(sqlalchemy|django|peewee|asyncpg|aiosqlite|aiomysql|duckdb|pyodbc|pymssql)\b"
)
CURSORS = {"conn", "connection", "con", "cur", "cursor", "c", "db", "crsr"}
CLEANED = re.compile(r"\.replace\(|escape|quote|sanitize|clean|repr\(|\badapt\b", re.IGNORECASE)
FORMATTED = re.compile(r"%(.)")

NO_DRIVER = (
    "The statement is put together from parts. Which database driver runs it is not clear, so "
    "neither is its placeholder; pass the values as parameters."
)
PARTS = "The statement is put together in a way that cannot be taken apart safely; use parameters."
ELSEWHERE = (
    "The statement is held in a variable with other uses, or its values may change before it is "
    "run; pass the values as parameters."
)
ESCAPED = "A value is quoted or escaped by the program before; passed separately it would change."


@dataclass(frozen=True)
class Statement:
    """An SQL text put together from ``pieces``; ``cuts`` undo how that was written."""

    pieces: list[Piece]
    cuts: tuple[Edit, ...]


def look(source: Source, plan: Plan) -> None:
    """Plan parameters for every ``execute`` of a text that values were written into."""
    for call in source.all(cst.Call):
        is_execute = isinstance(call.func, cst.Attribute) and call.func.attr.value == "execute"
        if is_execute and len(call.args) == 1 and not arguments.has_star(call):
            query = _query(source, call)
            if query is not None:
                _consider(source, plan, call, query)


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
    return isinstance(value, cst.BinaryOperation) and isinstance(
        value.operator, (cst.Modulo, cst.Add)
    )


def _consider(source: Source, plan: Plan, call: cst.Call, query: cst.BaseExpression) -> None:
    line, placeholder = source.line(call), _placeholder(source, call)
    if placeholder is None:
        plan.refuse(line, NO_DRIVER)
        return
    try:
        statement = _statement(source, query)
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
    calls = source.within(query, cst.Call)
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


def _statement(source: Source, query: cst.BaseExpression) -> Statement:
    """``query`` taken apart. Raises UnclearError."""
    if isinstance(query, cst.BinaryOperation):
        if query.lpar:
            raise UnclearError(PARTS)
        modulo = isinstance(query.operator, cst.Modulo)
        return _percent(source, query) if modulo else _sum(source, query)
    pieces: list[Piece] = []
    cuts: list[Edit] = []
    for number, literal in enumerate(_literals(query)):
        start = source.span(literal)[0]
        if isinstance(literal, cst.FormattedString):
            pieces += [_formatted(source, part, number) for part in literal.parts]
            prefix = literal.start.rstrip("\"'")
            cuts.append(Edit(start, start + len(prefix), re.sub("[fF]", "", prefix)))
        else:
            pieces.append(_text(source, literal, number))
    return Statement(pieces, tuple(cuts))


def _literals(query: cst.BaseExpression) -> list[cst.SimpleString | cst.FormattedString]:
    """The literals of an implicit concatenation, in order. Raises UnclearError."""
    if isinstance(query, cst.ConcatenatedString):
        return [*_literals(query.left), *_literals(query.right)]
    if isinstance(query, (cst.SimpleString, cst.FormattedString)) and not query.lpar:
        return [query]
    raise UnclearError(PARTS)


def _formatted(source: Source, part: cst.BaseFormattedStringContent, number: int) -> Piece:
    """One part of an f-string. Raises UnclearError."""
    start, end = source.span(part)
    if isinstance(part, cst.FormattedStringText):
        return Piece(start, end, text=part.value, literal=number)
    if not isinstance(part, cst.FormattedStringExpression):
        raise UnclearError(PARTS)
    if part.conversion or part.format_spec or part.equal:
        raise UnclearError(PARTS)
    return Piece(start, end, value=_value(source, part.expression), literal=number)


def _value(source: Source, node: cst.BaseExpression) -> str:
    code = source.code(node)
    if node.lpar or "\n" in code or isinstance(node, (cst.Tuple, cst.NamedExpr, cst.Lambda)):
        raise UnclearError(PARTS)
    return code


def _text(source: Source, literal: cst.BaseExpression, number: int) -> Piece:
    """A plain string literal. Raises UnclearError for bytes, and what is no such literal."""
    if not isinstance(literal, cst.SimpleString) or literal.lpar or literal.prefix.strip("uU"):
        raise UnclearError(PARTS)
    start, end = source.span(literal)
    mark = len(literal.quote)
    inner = literal.raw_value
    return Piece(start + len(literal.prefix) + mark, end - mark, text=inner, literal=number)


def _percent(source: Source, query: cst.BinaryOperation) -> Statement:
    """``"..." % values``. Raises UnclearError."""
    whole = _text(source, query.left, 0)
    right = query.right
    nodes = [e.value for e in right.elements] if isinstance(right, cst.Tuple) else [right]
    values = [_value(source, node) for node in nodes]
    found = list(FORMATTED.finditer(whole.text))
    if len(found) != len(values) or any(match.group(1) not in "sd" for match in found):
        raise UnclearError(PARTS)
    if not isinstance(right, (cst.Tuple, cst.Name, cst.Attribute)) or not whole.text.isascii():
        raise UnclearError(PARTS)
    if isinstance(right, cst.Name) and may_be_tuple(source, right):
        raise UnclearError(PARTS)
    pieces: list[Piece] = []
    place = 0
    for match, value in zip(found, values, strict=True):
        before = whole.text[place : match.start()]
        pieces.append(Piece(whole.start + place, whole.start + match.start(), text=before))
        code = f"int({value})" if match.group(1) == "d" else value
        pieces.append(Piece(whole.start + match.start(), whole.start + match.end(), value=code))
        place = match.end()
    pieces.append(Piece(whole.start + place, whole.end, text=whole.text[place:]))
    cut = Edit(source.span(query.left)[1], source.span(query)[1], "")
    return Statement(pieces, (cut,))


def _sum(source: Source, query: cst.BinaryOperation) -> Statement:
    """``"..." + value + "..."`` on one line, with one kind of quotes. Raises UnclearError."""
    terms = _terms(query)
    strings = [term for term in terms if isinstance(term, cst.SimpleString)]
    quotes = {string.quote for string in strings}
    one_line = "\n" not in source.code(query)
    if not isinstance(terms[0], cst.SimpleString) or len(quotes) != 1 or not one_line:
        raise UnclearError(PARTS)
    quote = quotes.pop()
    texts = {string: _text(source, string, 0) for string in strings}
    pieces: list[Piece] = []
    for place, term in enumerate(terms):
        if isinstance(term, cst.SimpleString):
            pieces.append(texts[term])
            continue
        following = terms[place + 1] if place + 1 < len(terms) else None
        after = texts.get(following) if isinstance(following, cst.SimpleString) else None
        if not pieces or pieces[-1].value or (following is not None and after is None):
            raise UnclearError(PARTS)
        end = after.start if after else source.span(query)[1]
        value, tail = _value(source, term), "" if after else quote
        pieces.append(Piece(pieces[-1].end, end, value=value, tail=tail, is_text=True))
    return Statement(pieces, ())


def _terms(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The terms of a sum, in order."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


FIXER = Fixer(
    id="sql-values",
    title="Values written into SQL statements",
    cwe=89,
    repairs="Values in f-strings, % and + that make SQL are passed as parameters of the driver.",
    answers=("B608", "S608"),
    sign=re.compile(r"\.execute\b"),
    look=look,
)
