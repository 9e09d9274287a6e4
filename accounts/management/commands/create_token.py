"""manage.py create_token: makes a personal token of the JSON API and prints it once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services, tokens
from accounts.models import ApiToken


class Command(BaseCommand):
    help = (
        "Make a token with which a program calls the JSON API as this user. It is printed once, "
        "on stdout; what else there is to say goes to stderr."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--scope",
            choices=ApiToken.Scope.values,
            default=ApiToken.Scope.SUBMIT.value,
            help="read, or submit, which includes reading (default)",
        )
        parser.add_argument(
            "--days", type=int, metavar="N", help="expire after so many days; default: never"
        )
        parser.add_argument(
            "--name", default="command line", help="where it is used; default: command line"
        )

    def handle(
        self, *, email: str, scope: str, days: int | None, name: str, **options: Any
    ) -> None:
        try:
            user = services.user_with(email)
            token, secret = tokens.create(
                user=user, name=name, scope=ApiToken.Scope(scope), days=days
            )
        except services.AccountError as error:
            raise CommandError(str(error)) from None
        until = f"until {token.expires_at:%Y-%m-%d %H:%M} UTC" if token.expires_at else "for good"
        self.stderr.write(
            f"Works as {user.email} {until}, scope {token.scope}. It is shown this once:",
            lambda text: text,
        )
        self.stdout.write(secret.reveal())
