"""Compares the examinations of a text before and after a rebuild."""

from __future__ import annotations

from collections import Counter

from pipeline.analysis.knowledge import canonical
from pipeline.analysis.types import Change, Examination, Fate, Finding, Severity


def problem(finding: Finding) -> str:
    """What kind of problem it is, whatever line it stands on: its weakness, else its rule."""
    return f"CWE-{finding.cwe}" if finding.cwe is not None else canonical(finding.rules[0])


def new_findings(before: Examination, after: Examination) -> list[Finding]:
    """Findings of a kind that is more frequent after than before.

    Which of them is the new one is told by fingerprints where the old lines still stand.
    """
    surplus = _counts(after) - _counts(before)
    old = {finding.fingerprint for finding in before.findings}
    new = []
    for finding in sorted(after.findings, key=lambda f: f.fingerprint in old):
        if surplus[problem(finding)] > 0:
            surplus[problem(finding)] -= 1
            new.append(finding)
    return new


def gone(before: Examination, after: Examination) -> list[Finding]:
    """Findings of a kind that is rarer after than before, those whose lines vanished first."""
    missing = _counts(before) - _counts(after)
    kept = {finding.fingerprint for finding in after.findings}
    removed = []
    for finding in sorted(before.findings, key=lambda f: f.fingerprint in kept):
        if missing[problem(finding)] > 0:
            missing[problem(finding)] -= 1
            removed.append(finding)
    return removed


def fates(before: Examination, after: Examination) -> tuple[Fate, ...]:
    """What became of each finding. One that is not gone is paired by its line's text, else with
    the first of its kind that is left."""
    removed = {finding.fingerprint for finding in gone(before, after)}
    left = {finding.fingerprint: finding for finding in after.findings}
    kept = [finding for finding in before.findings if finding.fingerprint not in removed]
    now = {each.fingerprint: left.pop(each.fingerprint, None) for each in kept}
    for finding in kept:
        now[finding.fingerprint] = now[finding.fingerprint] or _first_like(finding, left)
    stands = [(finding, now.get(finding.fingerprint)) for finding in before.findings]
    return tuple(
        Fate(fingerprint=finding.fingerprint, line=found.line if found else None)
        for finding, found in stands
    )


def _first_like(finding: Finding, left: dict[str, Finding]) -> Finding | None:
    """Taken out of ``left``, so that no two findings stand for one."""
    kind = problem(finding)
    found = next((each for each in left.values() if problem(each) == kind), None)
    return left.pop(found.fingerprint) if found else None


def targets_left(before: Examination, after: Examination, changes: tuple[Change, ...]) -> list[str]:
    """Kinds of problems that the changes were to remove and that are as frequent as before.

    A change that answers to no finding (tidying up) has no target and nothing to fail.
    """
    targeted: Counter[str] = Counter()
    for finding in before.findings:
        if any(_aims_at(change, finding) for change in changes):
            targeted[problem(finding)] += 1
    old, new = _counts(before), _counts(after)
    return [
        f"{kind} ({new[kind]} of at most {old[kind] - wanted})"
        for kind, wanted in targeted.items()
        if new[kind] > old[kind] - wanted
    ]


def partly_gone(before: Examination, after: Examination) -> list[str]:
    """Kinds of problems that became rarer and are not gone; all kinds where none became rarer."""
    old, new = _counts(before), _counts(after)
    rarer = [kind for kind in old if new[kind] < old[kind]]
    return [f"{kind} ({new[kind]} of {old[kind]})" for kind in rarer or old if new[kind]]


def serious(examination: Examination) -> list[Finding]:
    """Its findings that are HIGH or CRITICAL."""
    worst = (Severity.CRITICAL, Severity.HIGH)
    return [finding for finding in examination.findings if finding.severity in worst]


def lost_public_names(before: Examination, after: Examination) -> list[str]:
    """Classes, functions and methods without a leading underscore that are no longer there."""
    return sorted(_public(before) - _public(after))


def _aims_at(change: Change, finding: Finding) -> bool:
    """Whether the change stands on the finding's lines and speaks of the same problem."""
    on_its_lines = finding.line <= change.line <= finding.end_line
    same_weakness = change.cwe is not None and change.cwe == finding.cwe
    return on_its_lines and (same_weakness or change.rule in finding.rules)


def _counts(examination: Examination) -> Counter[str]:
    return Counter(problem(finding) for finding in examination.findings)


def _public(examination: Examination) -> set[str]:
    kinds = ("class", "function", "method")
    return {
        c.name
        for c in examination.components
        if c.kind in kinds and not any(part.startswith("_") for part in c.name.split("."))
    }
