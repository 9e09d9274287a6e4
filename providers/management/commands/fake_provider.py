"""manage.py fake_provider: a pretend vendor of models for demos, tests and drills."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.fake.faults import ALL_KINDS, Fault, parse_fault
from providers.fake.server import MODES, FakeServer, Manners


class Command(BaseCommand):
    help = (
        "Serve a pretend vendor on 127.0.0.1, for demos and tests: scripted answers, no model. It "
        "speaks OpenAI's protocol and Anthropic's, streamed and not. GET /_calls lists what it was "
        "asked. Models named good, mediocre and hostile answer in that quality, learning rebuilds "
        "well once it is told what it did wrong, obedient does what the code it reads tells it to, "
        "models named fault-KIND fail in that way. To use it, "
        "list 127.0.0.1:PORT in PROVIDER_ALLOWED_HOSTS and add a provider at "
        "http://127.0.0.1:PORT/v1 with any key."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own attribute

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True, help="0 takes any free one")
        parser.add_argument("--latency", type=_seconds, default=0.0, metavar="S")
        parser.add_argument(
            "--pace",
            type=_seconds,
            default=0.0,
            metavar="S",
            help="seconds after each piece of a streamed answer",
        )
        parser.add_argument(
            "--fault",
            type=_fault,
            action="append",
            default=[],
            metavar="KIND[:RATE]",
            help=f"may be repeated; the rate is a share from 0 to 1. Kinds: {', '.join(ALL_KINDS)}",
        )
        parser.add_argument("--quality", choices=MODES, default="good")
        parser.add_argument("--log", type=Path, metavar="FILE", help="appends a JSON line a call")

    def handle(self, *args: Any, **options: Any) -> None:
        manners = Manners(
            quality=options["quality"],
            latency=options["latency"],
            pace=options["pace"],
            faults=tuple(options["fault"]),
            log=options["log"],
        )
        try:
            server = FakeServer(options["port"], manners)
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {options['port']} cannot be used: {error}") from None
        with server:
            self.stdout.write(f"Pretend vendor at http://127.0.0.1:{server.server_port}/v1")
            self.stdout.flush()
            try:
                server.serve_forever(poll_interval=0.1)
            except KeyboardInterrupt:
                self.stdout.write("Stopped.")


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 3600:
        raise ArgumentTypeError("a number of seconds from 0 to 3600")
    return seconds
