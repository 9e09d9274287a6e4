"""Statements of the hot path: written in Django's terms, compiled once, run with other values.

Django takes about ten times as long to build a statement as its driver takes to send it, and a job
needs some twenty of them (``./dev bench jobs throughput``). What a statement means still stands in
querysets and models; only the building is done once a process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[Any, ...]]
ROWS_AT_ONCE = 200  # SQLite takes 32,766 values in a statement
_VALUES = re.compile(r"(?<= VALUES )(\(.*\))", re.DOTALL)  # of an INSERT of one row


class Bind(Expression):
    """Stands where each run gives a value, stored as in a field of ``model`` and called like it.

    ``called`` is for statements that compare one field with several values.
    """

    def __init__(self, model: type[Model], name: str, *, called: str = "") -> None:
        super().__init__(output_field=cast("Field[Any, Any]", model._meta.get_field(name)))
        self.name = called or name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        return "%s", (_Slot(self.name, self.output_field),)


def binder(model: type[Model]) -> Callable[..., Any]:
    """``Bind`` for the fields of one model. Typed loosely: it stands where any value may."""
    return partial(Bind, model)


# Values of these very types are stored in fields of these very classes as they are.
STORED_AS_IS: dict[type[Field[Any, Any]], type] = {
    models.BigAutoField: int,
    models.BigIntegerField: int,
    models.CharField: str,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
}


class _Slot:
    """Where a value goes among the parameters of a compiled statement."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        self.name = name
        self.field = getattr(field, "target_field", field)  # a foreign key's values are that one's
        self.stored_as_is = STORED_AS_IS.get(type(self.field))

    def filled(self, values: dict[str, Any], database: BaseDatabaseWrapper) -> Any:
        value = values[self.name]
        if type(value) is self.stored_as_is:
            return value
        return self.field.get_db_prep_value(value, database)


class Update:
    """``rows.update(**changes)``."""

    def __init__(self, rows: QuerySet[Any], **changes: Any) -> None:
        self._rows, self._changes = rows, changes
        self._statement = _Statement(self._compile)

    def run(self, **values: Any) -> int:
        """How many rows were changed; each Bind gets its value by name."""
        return self._statement.run(values)

    def send(self, **values: Any) -> None:
        """The same for whoever need not know; in a transaction what is wrong may show later."""
        self._statement.send(values)

    def _compile(self) -> Compiled:
        query = cast(UpdateQuery, self._rows.query.chain(UpdateQuery))
        query.add_update_values(self._changes)
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


class Insert:
    """``row.save(force_insert=True)``; the new row's key is not read back.

    In a transaction what is wrong with a row may show as late as with the commit. With
    ``ignore_conflicts`` a row that is there already is left as it is; MySQL then also makes do with
    values that do not fit, so they must be checked before.
    """

    def __init__(self, row: Model, *, ignore_conflicts: bool = False) -> None:
        self._row = row
        self._on_conflict = OnConflict.IGNORE if ignore_conflicts else None
        self._statement = _Statement(self._compile)

    def send(self, **values: Any) -> None:
        """Insert one row; each Bind gets its value by name."""
        self._statement.send(values)

    def send_many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Insert a row for each of these values, in few statements."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            self._statement.send_rows(rows[start : start + ROWS_AT_ONCE])

    def _compile(self) -> Compiled:
        fields = [field for field in self._row._meta.local_concrete_fields if not field.primary_key]
        query = InsertQuery(type(self._row), on_conflict=self._on_conflict)
        query.insert_values(fields, [self._row])
        ((sql, parameters),) = query.get_compiler(connection=connection).as_sql()
        return sql, tuple(parameters)


class Select:
    """``rows.values_list(*columns)``."""

    def __init__(self, rows: QuerySet[Any], *columns: str) -> None:
        self._rows, self.columns = rows.values_list(*columns), columns
        self._statement = _Statement(self._compile)
        self._compilers: dict[str, tuple[SQLCompiler, Any]] = {}

    def first(self, **values: Any) -> dict[str, Any] | None:
        """The first row by column, or None; each Bind gets its value by name."""
        return next(iter(self.all(**values)), None)

    def all(self, **values: Any) -> list[dict[str, Any]]:
        """All rows by column; each Bind gets its value by name."""
        rows = self._statement.fetch(values)
        if not rows:
            return []
        compiler, converters = self._compilers[connection.vendor]
        converted = compiler.apply_converters(rows, converters) if converters else rows
        return [dict(zip(self.columns, row, strict=True)) for row in converted]

    def _compile(self) -> Compiled:
        compiler = self._rows.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([entry[0] for entry in compiler.select])
        self._compilers[connection.vendor] = compiler, converters
        return sql, tuple(parameters)


class _Statement:
    """A statement's text and its parameters, one for each kind of database."""

    def __init__(self, compile_it: Callable[[], Compiled]) -> None:
        self._compile_it = compile_it
        self._compiled: dict[str, Compiled] = {}

    def run(self, values: dict[str, Any]) -> int:
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(*self._with(values, database))
            return int(cursor.rowcount)

    def send(self, values: dict[str, Any]) -> None:
        database = connections[DEFAULT_DB_ALIAS]
        with _unanswered(database), database.cursor() as cursor:
            cursor.execute(*self._with(values, database))

    def send_rows(self, rows: Sequence[dict[str, Any]]) -> None:
        """One INSERT with the values of all rows."""
        database = connections[DEFAULT_DB_ALIAS]
        filled = [self._with(values, database) for values in rows]
        head, values, tail = _VALUES.split(filled[0][0])
        sql = f"{head}{', '.join([values] * len(rows))}{tail}"
        with _unanswered(database), database.cursor() as cursor:
            cursor.execute(sql, [each for _, parameters in filled for each in parameters])

    def fetch(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(*self._with(values, database))
            return list(cursor.fetchall())

    def _with(self, values: dict[str, Any], database: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        compiled = self._compiled.get(database.vendor)
        if compiled is None:
            compiled = self._compiled[database.vendor] = self._compile_it()
        sql, parameters = compiled
        return sql, [
            each.filled(values, database) if type(each) is _Slot else each for each in parameters
        ]


def _unanswered(database: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    """Where the backend knows how (operations.mysql), nobody waits for what it says."""
    return database.unanswered() if hasattr(database, "unanswered") else nullcontext()
