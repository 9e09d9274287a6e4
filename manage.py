#!/usr/bin/env python
"""Runs the product's commands: python manage.py help lists them."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except ModuleNotFoundError as error:
        if error.name != "django":
            raise
        sys.exit("Django is not installed for this Python. Run ./dev run once, or activate .venv.")
    except KeyboardInterrupt:
        sys.exit(130)  # what shells expect of a command that was interrupted


if __name__ == "__main__":
    main()
