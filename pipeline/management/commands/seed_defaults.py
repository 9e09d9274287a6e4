"""manage.py seed_defaults: gives a new installation its prompts and step routes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.developer import developer
from pipeline.defaults import seed, seed_example


class Command(BaseCommand):
    help = "Give every step a prompt and a route where it has none. Changes nothing that is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="put the defaults back where something else is set"
        )
        parser.add_argument(
            "--example",
            action="store_true",
            help="also submit the example as the developer user, for a machine to try things on",
        )

    def handle(self, *, reset: bool, example: bool, **options: Any) -> None:
        done = seed(reset=reset)
        if example and seed_example(developer("user")):
            done.append("example submitted")
        self.stdout.write("\n".join(done) or "Nothing to do: prompts and routes are set.")
