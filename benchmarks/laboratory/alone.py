"""The product alone: on SQLite in a temporary folder, without any server, for small drills."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from benchmarks.laboratory.room import COMMON, NOTHING


@contextmanager
def open_alone(name: str, **variables: str) -> Iterator[Path]:
    """The product set up in this process; gives the folder, which goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        own = {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "REDIS_URL": "",
            "PROVIDER_ALLOWED_HOSTS": "",
            "JWT_SECRET": secrets.token_hex(32),
            "ENCRYPTION_KEY": secrets.token_hex(32),
        }
        os.environ.update({**dict.fromkeys(NOTHING, ""), **COMMON, **own, **variables})
        _set_up()
        yield Path(folder)


def _set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_defaults", stdout=StringIO())
