"""What ``manage.py check --database default`` finds about the operation of the product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError

from operations import sealed


@checks.register(checks.Tags.database)
def encryption_key(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.Warning]:
    """A warning, and no error: the product runs, and its keys can be entered anew."""
    try:
        message = sealed.warning() if databases else ""
    except DatabaseError:
        return []  # nothing is migrated yet
    return [checks.Warning(message, hint=sealed.WHAT_TO_DO, id="operations.W001")] * bool(message)
