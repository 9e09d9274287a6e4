"""manage.py delete_user: erases an account with everything that is stored about it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import erasure, services
from operations import privacy


class Command(BaseCommand):
    help = "Delete a user with everything that is stored about them. Cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--yes", action="store_true", help="do it; without, only tell")

    def handle(self, *, email: str, yes: bool, **options: Any) -> None:
        try:
            user = services.user_with(email)
            if yes:
                erasure.delete_user(user, within=None)
        except services.AccountError as error:
            raise CommandError(str(error)) from None
        for holding in privacy.holdings():
            self.stdout.write(f"{holding.title}: {holding.at_erasure}")
        done = "is deleted." if yes else "would be deleted. Nothing was done yet: add --yes."
        self.stdout.write(f"{email.strip().lower()} {done}")
