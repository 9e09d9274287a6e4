"""Searches that ride along with an examination, as a child of their own costs more than they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Rider:
    """A sandbox task that is run in the child of the checks, where they share one.

    It gets their payload, with ``payload`` added. ``learn`` is told its answer, for whoever asks
    for it later; where the child broke or the checks had none in common it hears nothing.
    """

    task: str
    learn: Callable[[dict[str, Any]], None]
    payload: dict[str, Any] = field(default_factory=dict)
