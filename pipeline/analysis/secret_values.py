"""The secrets that stand in texts, each as it is written: what must not leave for a provider.

The same patterns and the same judgement as in ``secrets``, which reports places and never values.
This answer does hold them: it goes to the process that asked, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.analysis.secrets import assigned, formatted, in_addresses

SHORTEST = 6  # characters; less also stands in other words, and guessing finds it anyway
MOST_VALUES = 200


def values(text: str) -> Iterator[str]:
    """Every secret found; one may come twice."""
    yield from (match["secret"] for _, match in formatted(text))
    yield from (match["secret"] for match in in_addresses(text))
    yield from (match["secret"] for match, _ in assigned(text))


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"texts"}`` to ``{"values"}``, the longest first, each once."""
    found = {value.strip() for text in payload["texts"] for value in values(text)}
    kept = sorted((v for v in found if len(v) >= SHORTEST), key=lambda v: (-len(v), v))
    return {"values": kept[:MOST_VALUES]}
