"""manage.py is_alive: whether a worker or beat of this host was seen lately; for health checks."""

from __future__ import annotations

import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline import presence


class Command(BaseCommand):
    help = (
        "End with 0 if a worker or beat of this host (or container) was seen lately, else with 1."
    )
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        if not presence.on_host(socket.gethostname()).exists():
            raise CommandError("Nobody who runs jobs was seen on this host lately.")
