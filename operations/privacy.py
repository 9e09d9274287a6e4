"""What is stored about a person: what it is, how long it stays, how it is handed out and erased.

Each app registers what it holds in ``AppConfig.ready()``. A test sees to it that every table that
points to a user belongs to one of them.
"""

from __future__ import annotations

import io
import json
import math
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import timezone

SCHEMA, SCHEMA_VERSION = "ai-to-production/personal-data", 1


@dataclass(frozen=True)
class Holding:
    """One kind of what is stored about a person.

    ``export`` gives its rows as plain data, without secrets. ``kept`` says how long it stays while
    the account stands, ``at_erasure`` what becomes of it with the account, both for people to
    read. ``erase`` does what deleting the user's row does not do by itself; doing it again after
    it was cut off must be harmless. One that takes long gives its steps one by one, and may be
    left between them. Holdings are erased in the order of ``rank``.
    """

    name: str
    title: str
    models: tuple[type[Model], ...]
    export: Callable[[Any], Iterable[dict[str, Any]]]
    kept: Callable[[], str]
    at_erasure: str
    erase: Callable[[Any], Iterable[None] | None] | None = None
    rank: int = 0

    @property
    def label(self) -> str:
        """The name as people read it."""
        return self.name.replace("-", " ").capitalize()


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Make a holding known; for ``AppConfig.ready``."""
    _holdings[holding.name] = holding


def holdings() -> list[Holding]:
    """Everything that is stored about people, in the order in which it is erased."""
    return sorted(_holdings.values(), key=lambda holding: (holding.rank, holding.name))


def fields_of(row: Model, *without: str) -> dict[str, Any]:
    """A row's own columns by name, foreign keys as numbers."""
    columns = [field.attname for field in row._meta.concrete_fields]
    return {name: getattr(row, name) for name in columns if name not in without}


def export(user: Any) -> Iterator[bytes]:
    """A zip with one JSON file for each holding, in pieces, so that no history is too long for it.

    Each file holds a list; ``about.json`` says when it was made and what is in it.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", _as_json(_about(user)))
        for holding in holdings():
            with archive.open(f"{holding.name}.json", "w", force_zip64=True) as file:
                for piece in _list_of(holding.export(user)):
                    file.write(piece.encode())
                    yield from sink.taken()
    yield from sink.taken()


def erase(user: Any, within: float | None = None) -> bool:
    """Everything about the user that does not go with the user's row.

    ``within`` so many seconds, or however long it takes. Returns whether nothing is left to do.
    """
    ends_at = math.inf if within is None else time.monotonic() + within
    erasers = [holding.erase for holding in holdings() if holding.erase is not None]
    for _ in chain.from_iterable(erase(user) or () for erase in erasers):
        if time.monotonic() > ends_at:
            return False
    return True


def _about(user: Any) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "of": user.get_username(),
        "made_at": timezone.now(),
        "files": {f"{each.name}.json": each.title for each in holdings()},
    }


def _list_of(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The text of a JSON list, row by row."""
    before = "[\n"
    for row in rows:
        yield before + _as_json(row)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=1, cls=DjangoJSONEncoder)


class _Sink(io.RawIOBase):
    """Takes what a zip writes until somebody fetches it; zipfile finds out that it cannot seek."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        if content := b"".join(pieces):
            yield content
