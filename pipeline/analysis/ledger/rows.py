"""The rows of the ledger: their names in the order shown, and what a row is made of."""

from __future__ import annotations

from pipeline.analysis.names import joined
from pipeline.analysis.types import Outcome, VerdictCheck

PASSED, FAILED, NOT_RUN = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_RUN
MOST_NAMED = 3  # things that a reason names; the rest is counted

TITLES = {
    "changed": "something changed",
    "parses": "parses",
    "not-emptied": "code is still there",
    "scanned": "scanned before and after",
    "targets-gone": "repaired findings are gone",
    "no-new-finding": "no new finding",
    "nothing-like-it-left": "nothing serious of the repaired kind is left",
    "names-kept": "public names kept",
    "signatures-kept": "signatures kept",
    "imports-known": "no new package to install, no name that is not there",
    "not-suppressed": "no warning silenced",
    "not-swallowed": "no error swallowed",
    "not-hidden": "nothing hidden from the scanners",
    "rest-unchanged": "the rest is unchanged",
    "operation-kept": "the repaired operation is still done",
    "placeholders-fit": "placeholders fit the database driver",
    "inputs-kept": "what is read and computed is kept",
    "switches-set": "switches and secrets are not fixed elsewhere",
    "texts-kept": "texts and numbers kept",
    "returns-kept": "what is returned and raised is kept",
    "checks-hold": "added checks cannot be got round",
    "effects-known": "no effect that the repair does not need",
    "proven": "made by proven repairs alone",
}


def row(check: str, outcome: Outcome, detail: str) -> VerdictCheck:
    """One row; ``check`` is a key of TITLES."""
    return VerdictCheck(id=check, name=TITLES[check], outcome=outcome, detail=detail)


def verdict_on(check: str, faults: list[str], good: str) -> VerdictCheck:
    """Failed with the faults named, or passed with ``good`` as the reason."""
    if faults:
        return row(check, FAILED, joined(dict.fromkeys(faults), MOST_NAMED))
    return row(check, PASSED, good)
