"""Lets a transaction need few round trips: it begins with its first statement, and what nobody
waits for goes along with what comes next.

Django's own backend switches the session's autocommit off before each transaction and on after it,
two round trips in which nothing is done. Here ``START TRANSACTION`` waits for the first statement
and goes to the server with it. So do statements whose answer is not looked at (``unanswered``),
with the next one that is or with the ``COMMIT``. The server takes them in their order and stops at
the first that fails, so that nothing is committed without them; its error is raised where they are
sent. The connection must allow several statements at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db.backends.mysql.base import CursorWrapper
from django.db.backends.mysql.base import DatabaseWrapper as MySQL

BEGIN = b"START TRANSACTION"
RELEASE = "RELEASE SAVEPOINT"


class DatabaseWrapper(MySQL):
    """MySQL, MariaDB or TiDB. Tells its vendor as Django's own does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: list[bytes] = []  # what the server was not told of yet
        self.is_unanswered = False

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """Nobody looks at the answers of statements in the block. In a transaction they wait."""
        self.is_unanswered = self.in_atomic_block
        try:
            yield
        finally:
            self.is_unanswered = False

    def taken(self) -> list[bytes]:
        """What is to be sent before anything else."""
        waiting, self.waiting = self.waiting, []
        return waiting

    def init_connection_state(self) -> None:
        self.waiting = []
        super().init_connection_state()

    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        return CursorWrapper(_Cursor(self.connection.cursor(), self))

    def _start_transaction_under_autocommit(self) -> None:
        self.waiting = [BEGIN]

    def _commit(self) -> None:
        if self.waiting == [BEGIN]:  # of which the server was never told
            self.waiting = []
        elif not self.waiting:
            super()._commit()  # type: ignore[misc]
        else:
            with self.wrap_database_errors, closing(self.create_cursor()) as cursor:
                cursor.execute("COMMIT")

    def _rollback(self) -> None:
        self.waiting = []
        super()._rollback()  # type: ignore[misc]

    def _set_autocommit(self, autocommit: bool) -> None:
        """Ask the server for it only if its last answer said otherwise."""
        self.waiting = []
        with self.wrap_database_errors:
            if self.connection.get_autocommit() != autocommit:
                self.connection.autocommit(autocommit)


class _Cursor:
    """A driver's cursor that sends what waits along with what is asked."""

    def __init__(self, cursor: Any, database: DatabaseWrapper) -> None:
        self._cursor, self._database = cursor, database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Any:
        return iter(self._cursor)

    def execute(self, query: str, args: Any = None) -> int:
        if self._database.is_unanswered:
            self._database.waiting.append(self._text(query, args))
            return -1
        if not self._database.waiting:
            return int(self._cursor.execute(query, args))
        # Its text first: were it wrong, what waits would be lost otherwise.
        text = self._text(query, args)
        self._send([*self._database.taken(), text], taken_back=query.startswith(RELEASE))
        return int(self._cursor.rowcount)

    def executemany(self, query: str, args: Any) -> Any:
        self._send_waiting()
        return self._cursor.executemany(query, args)

    def callproc(self, name: str, args: Any = ()) -> Any:
        self._send_waiting()
        return self._cursor.callproc(name, args)

    def _text(self, query: str, args: Any) -> bytes:
        driver = self._database.connection
        text = query.encode(driver.encoding)
        return text if args is None else text % tuple(map(driver.literal, args))

    def _send_waiting(self) -> None:
        if self._database.waiting:
            self._send(self._database.taken())

    def _send(self, statements: list[bytes], *, taken_back: bool = False) -> None:
        """In one round trip; the cursor is left with the answer to the last one.

        Whoever catches the error may take it for its own; nothing may be kept without the rest.
        Where a savepoint was to be released (``taken_back``), Django goes back to it itself.
        """
        try:
            self._cursor.execute(b"; ".join(statements))
            for _ in statements[1:]:
                self._cursor.nextset()
        except Exception:
            if self._database.in_atomic_block and not taken_back:
                self._database.needs_rollback = True
            raise
