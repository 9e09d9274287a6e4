"""The columns that hold sealed texts: which keys they need, and how they move to the current key.

Each app registers its columns in ``AppConfig.ready()``. What cannot be opened is reported and never
touched: the key that it needs may still be found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Model, QuerySet

from operations import audit, secrets
from operations.health import Finding, State
from operations.secrets import Secret, SecretError

ATTEMPTS = 5
BATCH = 500
WHAT_TO_DO = (
    "Put the key that sealed them back into ENCRYPTION_KEY or ENCRYPTION_KEYS_OLD and start again, "
    "or enter the keys anew. Nothing of them was changed."
)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed texts, and the one beside it that names the key of each.

    ``context`` tells what the text of a row is bound to (operations.secrets) and may read the
    foreign keys listed in ``related``.
    """

    model: type[Model]
    column: str
    key_id_column: str
    purpose: str
    context: Callable[[Any], Mapping[str, str]]
    related: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def rows(self) -> QuerySet[Any]:
        """All rows, each read with everything that its text is bound to."""
        return self.model._default_manager.select_related(*self.related)

    def open(self, row: Any) -> Secret:
        """The secret of a row. Raises SecretError."""
        text = getattr(row, self.column)
        return secrets.unseal(text, purpose=self.purpose, context=self.context(row))

    def seal(self, secret: Secret, row: Any) -> str:
        """The same secret for the same row, under the current key."""
        return secrets.seal(secret, purpose=self.purpose, context=self.context(row))


@dataclass(frozen=True)
class Unopened:
    """A row that does not open, and why; ``row`` holds no secret."""

    column: str
    primary_key: int
    row: str
    reason: str


@dataclass
class Rotation:
    """What became of one column's rows."""

    column: str
    rotated: int = 0
    current: int = 0
    old: int = 0
    unopened: list[Unopened] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every row opens and none is left under another key."""
        return not self.unopened and not self.old


_columns: dict[str, SealedColumn] = {}


def register(column: SealedColumn) -> None:
    """Make a column known; for ``AppConfig.ready``."""
    _columns[column.name] = column


def columns() -> list[SealedColumn]:
    """Every column that holds sealed texts, by name."""
    return [_columns[name] for name in sorted(_columns)]


def holdings() -> dict[str, Counter[str]]:
    """Column name -> how many rows each key id holds, by the rows' own word. Opens nothing."""
    return {column.name: _held(column) for column in columns()}


def lost() -> Counter[str]:
    """How many texts need which key that is not configured; by key id. Empty is well."""
    configured = {identifier for identifier, _ in secrets.ring().keys}
    total = sum(holdings().values(), Counter[str]())
    return Counter({key: rows for key, rows in total.items() if key not in configured})


def rotate(column: SealedColumn, *, write: bool = True) -> Rotation:
    """Open every row and seal those under another key anew; without ``write`` only look.

    May be ended at any moment and run again: each row changes by itself, or not at all.
    """
    found = Rotation(column.name)
    for primary_key in _primary_keys(column):
        _rotate_row(column, primary_key, found, write)
    return found


def finding() -> Finding:
    """For /health: degraded while stored texts need a key that is not configured."""
    missing = lost()
    state = State.DEGRADED if missing else State.OK
    return Finding(state, {"cannot_be_opened": missing.total(), "missing_keys": sorted(missing)})


def warning() -> str:
    """One sentence on what the configured keys do not open; empty when all is well."""
    missing = lost()
    if not missing:
        return ""
    keys = ", ".join(sorted(missing))
    return (
        f"ENCRYPTION_KEY is not the one this database was written with: {missing.total()} of the "
        f"stored secrets cannot be opened; they were sealed with the key of id {keys}."
    )


def warn_at_start() -> None:
    """Log one line when the process that starts cannot open what is stored; never raises."""
    try:
        message = warning()
    except DatabaseError:
        return  # away, or not migrated yet: that is said elsewhere
    finally:
        if not connection.in_atomic_block:
            connection.close()  # the threads that serve have their own
    if message:
        logger.error("wrong_encryption_key", detail=f"{message} {WHAT_TO_DO}")


def _held(column: SealedColumn) -> Counter[str]:
    rows = column.model._default_manager.order_by().values_list(column.key_id_column)
    return Counter(dict(rows.annotate(rows=Count("pk"))))


def _primary_keys(column: SealedColumn) -> Iterator[int]:
    """In batches, so that no cursor stays open while rows change."""
    rows, last = column.model._default_manager.order_by("pk"), 0
    while batch := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        yield from batch
        last = batch[-1]


def _rotate_row(column: SealedColumn, primary_key: int, found: Rotation, write: bool) -> None:
    """Look again as long as others change the row; what they wrote counts."""
    for _ in range(ATTEMPTS):
        row = column.rows().filter(pk=primary_key).first()
        if row is None:
            return
        try:
            secret = column.open(row)
        except SecretError as error:
            found.unopened.append(Unopened(column.name, primary_key, str(row), str(error)))
            return
        if _is_current(column, row):
            found.current += 1
            return
        if not write:
            break
        if _replace(column, row, column.seal(secret, row)):
            found.rotated += 1
            return
    found.old += 1


def _is_current(column: SealedColumn, row: Any) -> bool:
    named = getattr(row, column.key_id_column)
    used = secrets.key_id_of(getattr(row, column.column))
    return bool(named == used == secrets.ring().current_id)


def _replace(column: SealedColumn, row: Any, text: str) -> bool:
    """Put the new text in place of the old one, unless the row holds another by now."""
    old, identifier = getattr(row, column.column), secrets.key_id_of(text)
    with transaction.atomic():
        same = column.model._default_manager.filter(pk=row.pk, **{column.column: old})
        if same.update(**{column.column: text, column.key_id_column: identifier}) != 1:
            return False
        keys = {"from_key": secrets.key_id_of(old), "to_key": identifier}
        audit.record(row, "key.rotate", column=column.name, **keys)
    return True
