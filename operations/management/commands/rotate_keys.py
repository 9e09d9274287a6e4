"""manage.py rotate_keys: seals everything anew under ENCRYPTION_KEY, while the product runs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations import sealed, secrets
from operations.sealed import Rotation


class Command(BaseCommand):
    help = (
        "Seal stored secrets anew under ENCRYPTION_KEY and say what each key still holds. Run it "
        "again if it was cut off. docs/security.md has the procedure."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--report", action="store_true", help="change nothing, only look")

    def handle(self, *, report: bool, **options: Any) -> None:
        rotations = [sealed.rotate(column, write=not report) for column in sealed.columns()]
        for rotation in rotations:
            self._tell(rotation)
        self._tell_keys()
        unopened = sum(len(rotation.unopened) for rotation in rotations)
        if unopened:
            raise CommandError(f"{unopened} cannot be opened and were left as they are (above).")
        if not report and not all(rotation.is_complete for rotation in rotations):
            raise CommandError("Some rows were changed by others all the time: run it again.")

    def _tell(self, rotation: Rotation) -> None:
        self.stdout.write(
            f"{rotation.column}: {rotation.rotated} sealed anew, {rotation.current} were current, "
            f"{rotation.old} under old keys, {len(rotation.unopened)} cannot be opened"
        )
        for row in rotation.unopened:
            self.stderr.write(f"  {row.column}, row {row.primary_key} ({row.row}): {row.reason}")

    def _tell_keys(self) -> None:
        """One line a key: what it still holds, and whether it may go."""
        holdings = sealed.holdings()
        configured = [identifier for identifier, _ in secrets.ring().keys]
        missing = sorted(set().union(*holdings.values()) - set(configured))
        for place, identifier in enumerate((*configured, *missing)):
            known = identifier in configured
            source = ("ENCRYPTION_KEY" if place == 0 else "ENCRYPTION_KEYS_OLD") if known else ""
            self.stdout.write(
                f"key {identifier} ({source or 'not configured'}): "
                + _held(identifier, holdings, may_go=known and place > 0)
            )


def _held(identifier: str, holdings: dict[str, Counter[str]], *, may_go: bool) -> str:
    parts = [f"{held[identifier]} in {name}" for name, held in holdings.items() if held[identifier]]
    nothing = "nothing; may be removed from ENCRYPTION_KEYS_OLD" if may_go else "nothing"
    return ", ".join(parts) or nothing
