"""Reports for other programs: JSON, SARIF 2.1.0, GitLab's code quality."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from . import VERSION
from .findings import LEVELS, Finding, Outcome
from .markdown import document
from .showing import summary

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
SARIF_LEVELS = dict(zip(LEVELS, ("error", "error", "warning", "note"), strict=True))
# In the ranges that GitHub code scanning shows as critical, high, medium and low.
SECURITY_SEVERITY = dict(zip(LEVELS, ("9.5", "8.0", "5.5", "2.5"), strict=True))
GITLAB_LEVELS = dict(zip(LEVELS, ("blocker", "critical", "major", "minor"), strict=True))
FILES = {
    "text": "report.txt",
    "markdown": "report.md",
    "json": "report.json",
    "sarif": "report.sarif",
    "codequality": "gl-code-quality-report.json",
}
Json = dict[str, Any]


def render(name: str, outcomes: Sequence[Outcome]) -> str:
    """The report in the format ``name``, one of FILES."""
    if name == "text":
        return summary(outcomes)
    if name == "markdown":
        return document(outcomes)
    data = {"json": _as_json, "sarif": _as_sarif, "codequality": _as_code_quality}[name](outcomes)
    return json.dumps(data, indent=2) + "\n"


def _as_json(outcomes: Sequence[Outcome]) -> Json:
    files = [
        {
            "path": _name(outcome),
            "id": outcome.id or None,
            "address": outcome.address or None,
            "error": outcome.error or None,
            "confidence": outcome.confidence or None,
            "verdict": outcome.sentence or None,
            "findings": [asdict(finding) for finding in outcome.findings],
        }
        for outcome in outcomes
    ]
    return {"schema": "ai-to-production/remote-review", "schema_version": 1, "files": files}


def _as_code_quality(outcomes: Sequence[Outcome]) -> list[Json]:
    """https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
    return [
        {
            "description": finding.title,
            "check_name": finding.rule,
            "fingerprint": fingerprint,
            "severity": GITLAB_LEVELS[finding.severity],
            "location": {"path": _name(outcome), "lines": {"begin": finding.line}},
        }
        for outcome, finding, fingerprint in _with_own_fingerprints(outcomes)
    ]


def _with_own_fingerprints(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, Finding, str]]:
    """What counts. Ours name code and weakness; GitLab shows of equal ones the first alone."""
    seen: Counter[tuple[str, str]] = Counter()
    for outcome, finding in _all(outcomes):
        if finding.counts:
            what = (outcome.target.shown, finding.fingerprint)
            seen[what] += 1
            text = json.dumps([*what, seen[what]])
            yield outcome, finding, hashlib.sha256(text.encode()).hexdigest()


def _as_sarif(outcomes: Sequence[Outcome]) -> Json:
    driver = {
        "name": "AI to Production",
        "version": VERSION,
        "rules": _rules(outcomes),
        "notifications": [{"id": "not-reviewed"}],
    }
    failed = [outcome for outcome in outcomes if outcome.error]
    invocation = {
        "executionSuccessful": not failed,
        "toolExecutionNotifications": [_notification(outcome) for outcome in failed],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_result(outcome, finding) for outcome, finding in _all(outcomes)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(outcomes: Sequence[Outcome]) -> list[Json]:
    """Each rule once, at its worst severity."""
    worst: dict[str, Finding] = {}
    for _, finding in _all(outcomes):
        known = worst.setdefault(finding.rule, finding)
        if LEVELS.index(finding.severity) < LEVELS.index(known.severity):
            worst[finding.rule] = finding
    return [_rule(finding) for finding in worst.values()]


def _rule(finding: Finding) -> Json:
    weakness = [f"external/cwe/cwe-{finding.cwe:03}"] if finding.cwe else []
    return {
        "id": finding.rule,
        "shortDescription": {"text": finding.title},
        "properties": {
            "tags": ["security", *weakness],
            "security-severity": SECURITY_SEVERITY[finding.severity],
        },
    }


def _result(outcome: Outcome, finding: Finding) -> Json:
    region = {
        "startLine": finding.line,
        "endLine": finding.end_line,
        "startColumn": finding.column,
    }
    result: Json = {
        "ruleId": finding.rule,
        "level": SARIF_LEVELS[finding.severity],
        "message": _message(f"{finding.title}. {finding.text}"),
        "locations": [{"physicalLocation": {**_place(outcome), "region": region}}],
        "partialFingerprints": {"snippetAndWeakness/v1": finding.fingerprint},
    }
    if finding.is_new is not None:
        result["baselineState"] = "new" if finding.is_new else "unchanged"
    if finding.marked:
        said = {"kind": "external", "status": "accepted", "justification": finding.marked}
        result["suppressions"] = [said]
    return result


def _notification(outcome: Outcome) -> Json:
    return {
        "descriptor": {"id": "not-reviewed"},
        "level": "error",
        "message": _message(outcome.error),
        "locations": [{"physicalLocation": _place(outcome)}],
    }


def _place(outcome: Outcome) -> Json:
    path = outcome.target.shown
    encoded = quote(path, safe="/", errors="surrogateescape")
    absolute = PurePosixPath(path).is_absolute()
    return {"artifactLocation": {"uri": f"file://{encoded}" if absolute else encoded}}


def _name(outcome: Outcome) -> str:
    """The path, of which JSON cannot hold what is not UTF-8."""
    return os.fsencode(outcome.target.shown).decode("utf-8", "replace")


def _message(text: str) -> Json:
    """Plain text in which nothing is taken for one of SARIF's embedded links."""
    if "](" in text:
        text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": text}


def _all(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, Finding]]:
    return ((outcome, finding) for outcome in outcomes for finding in outcome.findings)
