"""Long lists of names, written as text so that people can read them."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The names in a text, separated by white space."""
    return tuple(text.split())


def names(text: str) -> frozenset[str]:
    """The same as a set."""
    return frozenset(text.split())
