"""Whose code a provider may be given: names that the product's composition knows, not this app."""

from __future__ import annotations

from collections.abc import Callable

_read: Callable[[], list[str]] | None = None


def register(read: Callable[[], list[str]]) -> None:
    """Tell how to find all names that there are; for ``AppConfig.ready``."""
    global _read
    _read = read


def names() -> list[str]:
    """All audiences that a request may have, in order; empty where nobody told."""
    return _read() if _read else []
