"""The sandbox task that compares two texts: all rows that need both, Python's by syntax trees."""

from __future__ import annotations

from typing import Any

from pipeline.analysis.ledger import (
    counterparts,
    form,
    gutted,
    hidden,
    imports,
    operations,
    placeholders,
    returns,
    suppression,
    swallowed,
    switches,
    texts,
    weak_checks,
)
from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import FAILED, NOT_RUN, PASSED, row
from pipeline.analysis.rebuild import rebuild_code
from pipeline.analysis.types import VerdictCheck

BY_TREE = {
    "signatures-kept": form.signatures_kept,
    "rest-unchanged": form.rest_unchanged,
    "not-hidden": hidden.not_hidden,
    "not-swallowed": swallowed.not_swallowed,
    "imports-known": imports.imports_known,
    "operation-kept": operations.operation_kept,
    "effects-known": operations.effects_known,
    "placeholders-fit": placeholders.placeholders_fit,
    "inputs-kept": counterparts.inputs_kept,
    "switches-set": switches.switches_set,
    "texts-kept": texts.texts_kept,
    "returns-kept": returns.returns_kept,
    "checks-hold": weak_checks.checks_hold,
}


def compare(payload: dict[str, Any]) -> list[VerdictCheck]:
    """``{"original", "rebuilt", "language", "flagged", "weaknesses"}`` to rows."""
    original, rebuilt = payload["original"], payload["rebuilt"]
    rows = [suppression.not_suppressed(original, rebuilt)]
    if payload["language"] != "python":
        reason = "only Python is compared statement by statement"
        return rows + [row(check, NOT_RUN, reason) for check in BY_TREE]
    try:
        pair = Pair(original, rebuilt, map(tuple, payload["flagged"]), payload["weaknesses"])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        reason = "one of the texts does not parse here"
        return rows + [row(check, NOT_RUN, reason) for check in BY_TREE]
    rows += [check(pair) for check in BY_TREE.values()]
    empty = gutted.emptied(pair)
    if empty:
        rows.append(row("not-emptied", FAILED, "; ".join(empty[:3])))
    return [*rows, proven(original, rebuilt)]


def proven(original: str, rebuilt: str) -> VerdictCheck:
    """Passed where those of our own repairs whose behaviour is proven make exactly this text."""
    ours = rebuild_code(original, "python")
    if not ours.changes or ours.code != rebuilt or original == rebuilt:
        return row("proven", NOT_RUN, "it is not what our own repairs make of the original")
    named = ", ".join(dict.fromkeys(change.rule for change in ours.changes))
    open_ended = sorted({change.rule for change in ours.changes if not change.proven})
    if open_ended:
        reason = f"honest use can notice the repair by {', '.join(open_ended)}"
        return row("proven", NOT_RUN, reason)
    return row("proven", PASSED, f"by {named}, and nothing else was touched")


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: the rows as JSON."""
    return {"rows": [each.model_dump(mode="json") for each in compare(payload)]}
