"""manage.py export_user: writes down everything that is stored about a user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import erasure, services


class Command(BaseCommand):
    help = "Write everything that is stored about a user into a zip of JSON files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--output", type=Path, required=True, metavar="FILE", help="a zip; must not exist yet"
        )

    def handle(self, *, email: str, output: Path, **options: Any) -> None:
        try:
            user = services.user_with(email)
            with output.open("xb") as file:
                output.chmod(0o600)
                for piece in erasure.export_user(user):
                    file.write(piece)
        except services.AccountError as error:
            raise CommandError(str(error)) from None
        except FileExistsError:
            raise CommandError(f"{output} exists already. Name another file.") from None
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Everything about {user.email} is in {output}.")
