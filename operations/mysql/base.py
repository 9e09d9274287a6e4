"""Begins a transaction with one statement and ends it with one.

Django's own backend switches the session's autocommit off before each transaction and on after it,
which costs a round trip more than ``START TRANSACTION``. Django has the same way for SQLite.
"""

from __future__ import annotations

from django.db.backends.mysql.base import DatabaseWrapper as MySQL


class DatabaseWrapper(MySQL):
    """MySQL, MariaDB or TiDB. Tells its vendor as Django's own does."""

    def _start_transaction_under_autocommit(self) -> None:
        with self.cursor() as cursor:
            cursor.execute("START TRANSACTION")

    def _set_autocommit(self, autocommit: bool) -> None:
        """Ask the server for it only if its last answer said otherwise."""
        with self.wrap_database_errors:
            if self.connection.get_autocommit() != autocommit:
                self.connection.autocommit(autocommit)
