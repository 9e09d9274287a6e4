"""Finds the JSON object in a model's answer, whatever the model wrote around it."""

from __future__ import annotations

import json
from typing import Any

MOST_CHARACTERS = 2_000_000
MOST_STARTS = 20  # places where an object may begin that are tried


def find_object(text: str) -> dict[str, Any] | None:
    """The first JSON object with content in ``text``, bare, fenced or amid prose; None without."""
    if len(text) > MOST_CHARACTERS:
        return None
    start = text.find("{")
    for _ in range(MOST_STARTS):
        if start < 0:
            return None
        found = _object_at(text, start)
        if found:
            return found
        start = text.find("{", start + 1)
    return None


def _object_at(text: str, start: int) -> dict[str, Any] | None:
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
