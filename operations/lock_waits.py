"""How long a database connection waits for a lock that another transaction holds."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from django.db import Error as DatabaseError
from django.db import connection


class LockWait:
    """Within the block, this thread's connection waits at most ``seconds`` for each lock.

    ``end()`` brings the connection's own patience back before the block ends. Enter it outside of
    a transaction: in one that failed nothing can be set. MySQL counts whole seconds, at least one.
    A lock that is not had in time raises an error for which ``is_unavailable`` is true.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ended = False
        self._before = 0

    def __enter__(self) -> Self:
        if connection.vendor == "sqlite":
            self._before = _busy_timeout()
            _execute(f"PRAGMA busy_timeout = {int(self.seconds * 1000)}")
        else:
            _execute(
                "SET @lock_wait_before = @@innodb_lock_wait_timeout,"
                f" innodb_lock_wait_timeout = {max(1, round(self.seconds))}"
            )
        return self

    def end(self) -> None:
        """From here on, wait as long as before the block."""
        was_lost = connection.connection is None
        if self.ended or was_lost:
            return
        self.ended = True
        if connection.vendor == "sqlite":
            _execute(f"PRAGMA busy_timeout = {self._before}")
        else:
            _execute("SET innodb_lock_wait_timeout = @lock_wait_before")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.end()
        except DatabaseError:
            connection.close()  # nobody knows how long it waits: it is not used again
            if error is None:
                raise


def _busy_timeout() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        return int(cursor.fetchone()[0])


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
