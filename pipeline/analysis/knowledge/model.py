"""The shape of one entry of the knowledge tables."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.analysis.types import Severity


@dataclass(frozen=True)
class Explanation:
    """What a problem is, what it does to a running system and what to do about it."""

    cwe: int | None
    severity: Severity
    title: str
    description: str
    impact: str
    action: str
