"""The sandbox task that rebuilds code: from JSON to the rebuilder's values and back."""

from __future__ import annotations

from typing import Any

from pipeline.analysis.rebuild import rebuild_code
from pipeline.analysis.types import Finding


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """``{"code", "language", "findings", "filename"}`` to a Rebuild value."""
    findings = [Finding.model_validate(each) for each in payload["findings"]]
    rebuilt = rebuild_code(payload["code"], payload["language"], findings, payload["filename"])
    return rebuilt.model_dump(mode="json")
