"""Makes sure that there is a database to work with, also on a fresh clone."""

from __future__ import annotations

import fcntl
from pathlib import Path

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


class NoDatabase(Exception):
    """The database cannot be used; ``str(error)`` says in one line what to do."""


def ensure_database() -> None:
    """Bring the embedded database up to date; a server's is its operator's. Raises NoDatabase."""
    try:
        if not _is_behind():
            return
        if connection.vendor != "sqlite":
            raise NoDatabase("The database is not up to date. Run: python manage.py migrate")
        _migrate_embedded()
    except OperationalError as error:
        raise NoDatabase(f"The database cannot be reached: {error}") from None


def _is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate_embedded() -> None:
    """Migrate under a file lock: two commands may start on the same fresh clone."""
    lock = Path(str(connection.settings_dict["NAME"]) + ".migrating")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if _is_behind():
            call_command("migrate", interactive=False, verbosity=0)
