"""Takes commands away that a library brings along and that would go past checks and audit log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Refusing(BaseCommand):
    """Says where the same is done instead, whatever it is given."""

    instead = ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("anything", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError(self.instead)
