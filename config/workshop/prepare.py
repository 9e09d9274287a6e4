"""Brings the embedded installation up to date before it is served; runs inside .venv.

One process for all three commands, because starting Django costs more than they do.
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from .console import say


def prepare() -> None:
    """Migrate, seed what is missing, and collect static files where a folder is served."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    say("Preparing the database ...")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_defaults")
    if settings.STATIC_ROOT:
        call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    try:
        prepare()
    except (CommandError, DatabaseError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
