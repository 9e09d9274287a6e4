"""The report as SARIF 2.1.0, for code scanning services and editors.

Standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/
The ``security-severity`` property and the ``external/cwe/`` tags are what GitHub code scanning
reads. Columns count Unicode code points.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from django.conf import settings

from pipeline.analysis.types import Finding, Severity
from pipeline.reports import wording
from pipeline.reports.json_report import TOOL_NAME
from pipeline.reports.reviewed import ReviewedFile
from pipeline.reports.sarif_fixes import Fixes
from pipeline.reports.sarif_rules import rule_id, rules_of, taxonomy_of, taxonomy_reference

SCHEMA_URI = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
Json = dict[str, Any]


def render(files: Sequence[ReviewedFile]) -> str:
    """One SARIF log with one run, ASCII only."""
    return json.dumps(as_data(files), indent=2) + "\n"


def as_data(files: Sequence[ReviewedFile]) -> Json:
    """The log as plain data."""
    return {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [_run(files)]}


def _run(files: Sequence[ReviewedFile]) -> Json:
    findings = [finding for file in files for finding in file.findings]
    rules = rules_of(findings)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    run: Json = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(files)],
        "artifacts": [_artifact(file) for file in files],
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [
            result
            for position, file in enumerate(files)
            for result in _results(file, position, index)
        ],
    }
    taxonomy = taxonomy_of(findings)
    return {**run, "taxonomies": [taxonomy]} if taxonomy else run


def _driver(rules: list[Json]) -> Json:
    return {
        "name": TOOL_NAME,
        "version": settings.VERSION,
        "semanticVersion": settings.VERSION,
        "rules": rules,
        "notifications": [
            {"id": "not-reviewed", "shortDescription": {"text": "A file could not be reviewed."}},
            {"id": "not-checked", "shortDescription": {"text": "Something was not checked."}},
        ],
    }


def uri_of(path: str) -> str:
    """A path as a valid URI: relative where the path is, percent-encoded."""
    encoded = quote(path, safe="/")
    return f"file://{encoded}" if PurePosixPath(path).is_absolute() else encoded


def _artifact(file: ReviewedFile) -> Json:
    artifact: Json = {"location": {"uri": uri_of(file.path)}, "roles": ["analysisTarget"]}
    if file.language:
        artifact["sourceLanguage"] = file.language
    if file.verdict:
        artifact["properties"] = {
            "verdict": file.verdict.sentence,
            "confidence": str(file.verdict.confidence),
        }
    return artifact


def _location(file: ReviewedFile, position: int) -> Json:
    return {"artifactLocation": {"uri": uri_of(file.path), "index": position}}


def _results(file: ReviewedFile, position: int, index: dict[str, int]) -> Iterator[Json]:
    location = _location(file, position)
    fixes = Fixes(file, location["artifactLocation"])
    for finding in file.findings:
        result = _result(finding, location) | {"ruleIndex": index[rule_id(finding)]}
        result |= _life(finding, file)
        fix = fixes.of(finding)
        yield {**result, "fixes": fix} if fix else result


def _place(finding: Finding) -> Json:
    """The region, with the quoted lines as what they are: the region itself or its context."""
    lines = {"startLine": finding.line, "endLine": finding.end_line}
    quoted = {**lines, "snippet": {"text": finding.snippet}}
    if finding.column == 1:
        return {"region": quoted}
    return {"region": {**lines, "startColumn": finding.column}, "contextRegion": quoted}


def _message(text: str) -> Json:
    """Plain text in which nothing is taken for one of SARIF's embedded links."""
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": text}


def _result(finding: Finding, location: Json) -> Json:
    result: Json = {
        "ruleId": rule_id(finding),
        "level": LEVELS[finding.severity],
        "message": _message(f"{finding.title}. {finding.description} {finding.impact}"),
        "locations": [{"physicalLocation": {**location, **_place(finding)}}],
        "partialFingerprints": {"snippetAndWeakness/v1": finding.fingerprint},
        "properties": {
            "severity": str(finding.severity),
            "reportedBy": list(finding.sources),
            "rules": list(finding.rules),
            "action": finding.action,
        },
    }
    if finding.cwe:
        result["taxa"] = [taxonomy_reference(finding.cwe)]
    return result


def _life(finding: Finding, file: ReviewedFile) -> Json:
    """What people said of the finding, and whether the file had it before."""
    said: Json = {}
    if file.since:
        said["baselineState"] = "new" if file.since.is_new(finding) else "unchanged"
    life = file.lives.get(finding.fingerprint)
    if life and life.is_marked:
        state = life.state.label.lower()
        reason = f"{state}: {life.reason}" if life.reason else state
        said["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return said


def _invocation(files: Sequence[ReviewedFile]) -> Json:
    """What happened besides results: files that failed, and everything that was not checked."""
    notifications = [
        _notification("not-reviewed", "error", file.error, [_location(file, position)])
        for position, file in enumerate(files)
        if file.error
    ]
    unchecked: dict[str, list[Json]] = {}
    for position, file in enumerate(files):
        for text in wording.not_checked(file):
            unchecked.setdefault(text, []).append(_location(file, position))
    notifications += [
        _notification("not-checked", "note", text, places) for text, places in unchecked.items()
    ]
    return {
        "executionSuccessful": not any(file.error for file in files),
        "toolExecutionNotifications": notifications,
    }


def _notification(kind: str, level: str, text: str, places: list[Json]) -> Json:
    return {
        "descriptor": {"id": kind},
        "level": level,
        "message": _message(text),
        "locations": [{"physicalLocation": place} for place in places],
    }
