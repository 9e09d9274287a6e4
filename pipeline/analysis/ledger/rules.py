"""From the ledger to HIGH, MEDIUM or LOW: one table, which docs/verdicts.md shows to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.analysis.types import Confidence, Outcome, VerdictCheck

# Rows without which too little was checked; each has to have passed.
NEEDED = (
    "changed",
    "parses",
    "not-emptied",
    "scanned",
    "targets-gone",
    "no-new-finding",
    "rest-unchanged",
)
UNCHANGED = "nothing-changed"
Rows = dict[str, VerdictCheck]


@dataclass(frozen=True)
class Rule:
    """The first rule that holds decides. ``reason`` is shown."""

    id: str
    confidence: Confidence
    reason: str
    holds: Callable[[Rows], bool]


def _not_changed(rows: Rows) -> bool:
    return "changed" in rows and rows["changed"].outcome is Outcome.FAILED


def _any_failed(rows: Rows) -> bool:
    return any(row.outcome is Outcome.FAILED for row in rows.values())


def _needed_passed(rows: Rows) -> bool:
    return all(name in rows and rows[name].outcome is Outcome.PASSED for name in NEEDED)


def _proven(rows: Rows) -> bool:
    return _needed_passed(rows) and rows["proven"].outcome is Outcome.PASSED


RULES = (
    Rule(
        UNCHANGED,
        Confidence.LOW,
        "nothing was changed, so there is no repair to be sure of",
        _not_changed,
    ),
    Rule("a-check-failed", Confidence.LOW, "a check failed", _any_failed),
    Rule(
        "behaviour-proven",
        Confidence.HIGH,
        "repairs with proven behaviour made it and touched nothing else",
        lambda rows: "proven" in rows and _proven(rows),
    ),
    Rule(
        "every-check-passed", Confidence.MEDIUM, "every check that applies passed", _needed_passed
    ),
    Rule("too-little-checked", Confidence.LOW, "too little could be checked", lambda rows: True),
)


def decide(checks: Sequence[VerdictCheck], *, is_shallow: bool) -> tuple[Confidence, Rule]:
    """The confidence and the rule that gave it.

    ``is_shallow``: the language is only parsed, or scanned by names alone: too little is shown.
    """
    rows = {check.id: check for check in checks}
    rule = next(rule for rule in RULES if rule.holds(rows))
    if is_shallow and rule.confidence is not Confidence.LOW:
        rule = RULES[-1]
    return rule.confidence, rule
