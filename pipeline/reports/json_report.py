"""The report as JSON, for programs.

Shape (``schema_version`` grows with every change that could break a reader)::

    {"schema": "ai-to-production/review", "schema_version": 1,
     "tool": {"name", "version"},
     "summary": {"files", "not_reviewed", "findings": {"CRITICAL", "HIGH", "MEDIUM", "LOW"}},
     "files": [{"path", "language", "submission", "seconds", "error",
                "changed": whether rebuild.code differs from what was sent,
                "marks": what its owner said of findings, by fingerprint:
                         {"state", "reason", "expires_on"},
                "new": fingerprints that it did not have when it was handed in before,
                "dossier", "rebuild", "verdict"}]}

What is not known is null. The last three are Dossier, Rebuild and Verdict of
pipeline.analysis.types, field by field.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from pipeline.analysis.types import Value
from pipeline.reports.reviewed import ReviewedFile, count_by_severity

SCHEMA = "ai-to-production/review"
SCHEMA_VERSION = 1
TOOL_NAME = "AI to Production"


def render(files: Sequence[ReviewedFile]) -> str:
    """One JSON object, ASCII only, so that no terminal or editor can be steered by it."""
    return json.dumps(as_data(files), indent=2) + "\n"


def as_data(files: Sequence[ReviewedFile]) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": TOOL_NAME, "version": settings.VERSION},
        "summary": {
            "files": len(files),
            "not_reviewed": sum(1 for file in files if file.error),
            "findings": {str(key): count for key, count in count_by_severity(files).items()},
        },
        "files": [_file(file) for file in files],
    }


def _file(file: ReviewedFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "language": file.language or None,
        "submission": file.submission or None,
        "seconds": file.seconds,
        "error": file.error or None,
        "changed": file.is_changed,
        "marks": {
            fingerprint: {
                "state": life.state.value,
                "reason": life.reason,
                "expires_on": str(life.expires_on) if life.expires_on else None,
            }
            for fingerprint, life in file.lives.items()
            if life.is_marked
        },
        "new": sorted(file.since.new) if file.since else None,
        "dossier": _value(file.dossier),
        "rebuild": _value(file.rebuild),
        "verdict": _value(file.verdict),
    }


def _value(value: Value | None) -> dict[str, Any] | None:
    return value.model_dump(mode="json") if value is not None else None
