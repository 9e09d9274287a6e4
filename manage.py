#!/usr/bin/env python
"""Runs the product's commands: python manage.py help lists them."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed for this Python. Run ./dev run once, or activate .venv.")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
