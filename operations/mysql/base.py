"""Begins a transaction together with its first statement and ends it with one.

Django's own backend switches the session's autocommit off before each transaction and on after it,
two round trips in which nothing is done. Here ``START TRANSACTION`` waits for the first statement
and goes to the server with it, for which the connection must allow several statements at once.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.mysql.base import CursorWrapper
from django.db.backends.mysql.base import DatabaseWrapper as MySQL

BEGIN = "START TRANSACTION"


class DatabaseWrapper(MySQL):
    """MySQL, MariaDB or TiDB. Tells its vendor as Django's own does."""

    is_to_begin = False  # a transaction that the server has not been told of yet

    def init_connection_state(self) -> None:
        self.is_to_begin = False
        super().init_connection_state()

    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        return CursorWrapper(_BeginningCursor(self.connection.cursor(), self))

    def _start_transaction_under_autocommit(self) -> None:
        self.is_to_begin = True

    def _set_autocommit(self, autocommit: bool) -> None:
        """Ask the server for it only if its last answer said otherwise."""
        self.is_to_begin = False
        with self.wrap_database_errors:
            if self.connection.get_autocommit() != autocommit:
                self.connection.autocommit(autocommit)


class _BeginningCursor:
    """A driver's cursor that sends the beginning of a transaction along with what is done first."""

    def __init__(self, cursor: Any, database: DatabaseWrapper) -> None:
        self._cursor, self._database = cursor, database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Any:
        return iter(self._cursor)

    def execute(self, query: str, args: Any = None) -> int:
        if not self._database.is_to_begin:
            return int(self._cursor.execute(query, args))
        self._database.is_to_begin = False
        self._cursor.execute(f"{BEGIN}; {query}", args)
        self._cursor.nextset()  # from the beginning's answer to that of the query
        return int(self._cursor.rowcount)

    def executemany(self, query: str, args: Any) -> Any:
        self._begin()
        return self._cursor.executemany(query, args)

    def callproc(self, name: str, args: Any = ()) -> Any:
        self._begin()
        return self._cursor.callproc(name, args)

    def _begin(self) -> None:
        if self._database.is_to_begin:
            self._database.is_to_begin = False
            self._cursor.execute(BEGIN)
