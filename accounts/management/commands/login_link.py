"""manage.py login_link: prints a link with which a user signs in once."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.developer import LOCAL_HOSTS


class Command(BaseCommand):
    help = "Print a link with which a user signs in once, within 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--create", action="store_true", help="make the user first if there is none"
        )

    def handle(self, *, email: str, create: bool, **options: Any) -> None:
        try:
            path = services.issue_login_link(email, create=create)
        except services.AccountError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Works once, for 15 minutes: {_origin()}{path}")


def _origin() -> str:
    """Where this installation is reached: where Google sends people back, else the first of its
    own host names in production, else this machine."""
    known = urlsplit(settings.GOOGLE_REDIRECT_URI)
    if known.netloc:
        return f"{known.scheme}://{known.netloc}"
    names = [name for name in settings.ALLOWED_HOSTS if _is_name(name)]
    if settings.PRODUCTION and names:
        return f"https://{names[0]}"
    return f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def _is_name(allowed: str) -> bool:
    """Whether an allowed host is one that people elsewhere reach, and no pattern for several."""
    return allowed not in LOCAL_HOSTS and not allowed.startswith((".", "*"))
