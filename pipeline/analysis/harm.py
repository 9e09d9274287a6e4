"""Tells when rebuilt code is worse than what it was made from: then the original is the answer.

A failed check alone is no such reason: a repair may be imperfect and still the better of the two.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.analysis.comparison import serious
from pipeline.analysis.types import Examination, Outcome, SyntaxState, VerdictCheck

# Failing these is no damage: nothing was done, or too little of it. Parsing is looked at first.
HARMLESS = ("changed", "parses", "targets-gone", "nothing-like-it-left")


def done(
    before: Examination, after: Examination, checks: Sequence[VerdictCheck], *, repaired: int
) -> str:
    """Why the original is better, as the end of a sentence; empty where it is not.

    ``repaired``: how many findings the rebuilt text no longer has.
    """
    failed = {check.id: check for check in checks if check.outcome is Outcome.FAILED}
    damage = [check for check in failed.values() if check.id not in HARMLESS]
    if after.syntax.state is SyntaxState.BROKEN and before.syntax.state is not SyntaxState.BROKEN:
        return "it does not parse"
    if "not-emptied" in failed:
        return f"most of the code is gone ({failed['not-emptied'].detail})"
    if len(serious(after)) > len(serious(before)):
        return f"it has {len(serious(after))} serious findings instead of {len(serious(before))}"
    if damage and not repaired:
        return f"it repairs nothing that was found, and this failed: {damage[0].name}"
    return ""
