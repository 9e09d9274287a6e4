"""Vendors that the form for a new provider knows; the facts are in presets.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("presets.toml")


@dataclass(frozen=True)
class Preset:
    """Initial values for a provider. ``note`` is a hint for whoever fills in the rest."""

    key: str
    label: str
    kind: str
    base_url: str
    auth_type: str
    structured_output: str
    note: str
    header_name: str = ""

    @property
    def initial(self) -> dict[str, str]:
        """Values by field name of ApiProvider."""
        return {
            "name": "" if self.key == "other" else self.label,
            "kind": self.kind,
            "base_url": self.base_url,
            "auth_type": self.auth_type,
            "header_name": self.header_name,
            "structured_output": self.structured_output,
        }


@cache
def presets() -> dict[str, Preset]:
    """All presets by key, in the order in which they are offered."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["preset"]
    return {row["key"]: Preset(**row) for row in rows}
