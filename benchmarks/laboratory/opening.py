"""Processes that open stored keys and that change them, as fast as they can, until they are told.

Run as ``python -m benchmarks.laboratory.opening read`` or ``write``. At SIGTERM each writes one
line of JSON: what it did and what failed.
"""

from __future__ import annotations

import json
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

ORIGINAL, WRITTEN = "Original", "Written"
KEPT_KEYS = 3
FAILURES_TOLD = 5


def text_of(name: str, number: int = 0) -> str:
    """The key that the provider of this name has; ``number`` counts those set later."""
    return f"sk-{name.replace(' ', '-')}-{number:06d}-laboratory"


def add(kind: str, count: int) -> None:
    """Add so many providers of a kind, each with a key."""
    from operations.secrets import Secret
    from providers import services

    for number in range(count):
        name = f"{kind} {number}"
        provider = services.add_provider(
            name=name, base_url="https://api.example.com/v1", by=None, address=None
        )
        services.set_key(provider=provider, key=Secret(text_of(name)), by=None, address=None)


class Reader:
    """Opens the active key of one provider after the other, as a call of its model does."""

    def __init__(self) -> None:
        self.opened = 0
        self.failures: list[str] = []

    def turn(self) -> None:
        from providers.models import ApiProvider

        for provider in ApiProvider.objects.all():
            try:
                self._open(provider)
            except Exception as error:  # noqa: BLE001 - whatever it is, the key did not open
                self.failures.append(f"{provider.name}: {type(error).__name__} {error}")

    def _open(self, provider: Any) -> None:
        from providers.endpoints import endpoint_of

        key = endpoint_of(provider).key
        told = key.reveal().removeprefix("Bearer ") if key else ""
        right = (
            told == text_of(provider.name)
            if provider.name.startswith(ORIGINAL)
            else told[:-18] == text_of(provider.name)[:-18]
        )
        if not right:
            raise ValueError("another key came out")
        self.opened += 1

    def told(self) -> dict[str, Any]:
        return {"opened": self.opened, "failed": len(self.failures), "failures": self._first()}

    def _first(self) -> list[str]:
        return self.failures[:FAILURES_TOLD]


class Writer:
    """Sets new keys, uses kept ones again and removes old ones; remembers what it set last."""

    def __init__(self) -> None:
        self.number = 0
        self.last: dict[str, str] = {}

    def turn(self) -> None:
        from operations.secrets import Secret
        from providers import services
        from providers.models import ApiProvider

        nobody: dict[str, Any] = {"by": None, "address": None}
        for provider in ApiProvider.objects.filter(name__startswith=WRITTEN):
            kept = list(provider.keys.all())
            again = random.choice(kept[:KEPT_KEYS])  # noqa: S311 - no secret
            services.activate_key(key=again, **nobody)
            for row in kept[KEPT_KEYS:]:
                services.remove_key(key=row, **nobody)
            self.number += 1
            text = text_of(provider.name, self.number)
            services.set_key(provider=provider, key=Secret(text), **nobody)
            self.last[provider.name] = text

    def told(self) -> dict[str, Any]:
        return {"set": self.number, "last": self.last}


def result_of(output: Path) -> dict[str, Any]:
    """What a process wrote at its end. Raises ValueError if it ended otherwise."""
    lines = output.read_text(encoding="utf-8").strip().splitlines()
    found: dict[str, Any] = json.loads(lines[-1] if lines else "")
    return found


def main() -> None:
    """One of the two processes."""
    import django

    django.setup()
    worker: Reader | Writer = Reader() if sys.argv[1] == "read" else Writer()
    _until_told(worker.turn)
    sys.stdout.write(json.dumps(worker.told()) + "\n")


def _until_told(turn: Callable[[], None]) -> None:
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, note)
    while not told:
        turn()


if __name__ == "__main__":
    main()
