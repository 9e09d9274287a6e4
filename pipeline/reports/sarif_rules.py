"""The part of a SARIF log that describes rules and weaknesses instead of places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.analysis.types import Finding, Severity

# In the ranges that GitHub code scanning shows as critical, high, medium and low.
SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
}
TAXONOMY = "CWE"
Json = dict[str, Any]


def rule_id(finding: Finding) -> str:
    """The id of the first rule that reported it; the finding's other rules are properties."""
    if finding.rules:
        return finding.rules[0]
    return f"CWE-{finding.cwe}" if finding.cwe else "unclassified"


def rules_of(findings: Iterable[Finding]) -> list[Json]:
    """One description for each rule, in order of first appearance, at its worst severity."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        known = worst.setdefault(rule_id(finding), finding)
        if finding.severity.rank < known.severity.rank:
            worst[rule_id(finding)] = finding
    return [_rule(finding) for finding in worst.values()]


def _rule(finding: Finding) -> Json:
    rule: Json = {
        "id": rule_id(finding),
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": finding.impact or finding.title},
        "help": {"text": finding.action or finding.title},
        "properties": {"tags": list(finding.sources)},
    }
    if finding.cwe:
        rule["helpUri"] = _address(finding.cwe)
        rule["properties"] = {
            "tags": ["security", f"external/cwe/cwe-{finding.cwe:03d}", *finding.sources],
            "security-severity": SECURITY_SEVERITY[finding.severity],
        }
        rule["relationships"] = [{"target": taxonomy_reference(finding.cwe), "kinds": ["relevant"]}]
    return rule


def taxonomy_of(findings: Iterable[Finding]) -> Json | None:
    """The weaknesses that occur, as SARIF's taxonomy; None when there are none."""
    numbers = sorted({finding.cwe for finding in findings if finding.cwe})
    if not numbers:
        return None
    return {
        "name": TAXONOMY,
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "Common Weakness Enumeration"},
        "taxa": [{"id": str(number), "helpUri": _address(number)} for number in numbers],
    }


def taxonomy_reference(cwe: int) -> Json:
    """Points at one weakness of the run's only taxonomy."""
    return {"id": str(cwe), "toolComponent": {"name": TAXONOMY, "index": 0}}


def _address(cwe: int) -> str:
    return f"https://cwe.mitre.org/data/definitions/{cwe}.html"
