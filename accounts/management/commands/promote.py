"""manage.py promote: makes a user an administrator."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services


class Command(BaseCommand):
    help = "Make an existing user an administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *, email: str, **options: Any) -> None:
        try:
            user = services.promote(email)
        except services.AccountError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{user.email} is an administrator now.")
