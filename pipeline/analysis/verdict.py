"""Computes the verdict from two examinations: what was measured before and after, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.analysis import harm
from pipeline.analysis.comparison import (
    fates,
    gone,
    lost_public_names,
    new_findings,
    partly_gone,
    problem,
    serious,
    targets_left,
)
from pipeline.analysis.coverage import COVERAGE, fully_scanned, has_tree, scanned
from pipeline.analysis.languages import label_of
from pipeline.analysis.ledger.rows import FAILED, NOT_RUN, PASSED, TITLES, row
from pipeline.analysis.ledger.rules import decide
from pipeline.analysis.names import joined
from pipeline.analysis.types import (
    Change,
    Examination,
    Finding,
    Refusal,
    SyntaxState,
    Verdict,
    VerdictCheck,
)

MOST_IMPROVEMENTS = 5
INCOMPLETE = "nothing-like-it-left"  # no damage: the repair may be used, and is not the end of it
EMPTIED_BELOW = 0.5  # share of the code lines that has to be left


def judge(
    before: Examination,
    after: Examination,
    changes: tuple[Change, ...],
    refusals: tuple[Refusal, ...],
    *,
    changed: bool,
    compared: Iterable[VerdictCheck] = (),
) -> Verdict:
    """The verdict on a rebuilt text. ``compared``: the rows that need both texts at hand."""
    checks = _in_order(
        (
            _changed(changed),
            _parses(after),
            _not_emptied(before, after),
            _scanners_ran(before, after),
            _targets_gone(before, after, changes),
            _nothing_new(before, after),
            _nothing_like_it_left(before, after, changes),
            _names_kept(before, after),
            *compared,
        )
    )
    removed = gone(before, after) if changed else []
    confidence, rule = decide(checks, is_shallow=not fully_scanned(after))
    return Verdict(
        sentence=_sentence(before, after, checks, removed, changed),
        improvements=_improvements(changes, removed, changed),
        remaining=(*_broken(after), *_findings_left(after), *_refused(refusals, changed)),
        confidence=confidence,
        rule=rule.id,
        reason=rule.reason,
        checks=checks,
        worse=harm.done(before, after, checks, repaired=len(removed)) if changed else "",
        fates=fates(before, after),
    )


def flagged_lines(removed: Iterable[Finding], changes: Iterable[Change]) -> list[tuple[int, int]]:
    """First and last lines in the original of what was repaired."""
    places = {(finding.line, finding.end_line) for finding in removed}
    return sorted(places | {(change.line, change.line) for change in changes})


def weaknesses(removed: Iterable[Finding], changes: Iterable[Change]) -> set[int]:
    """The CWE numbers of what was repaired."""
    cwes = [*(finding.cwe for finding in removed), *(change.cwe for change in changes)]
    return {cwe for cwe in cwes if cwe is not None}


def _in_order(checks: Iterable[VerdictCheck]) -> tuple[VerdictCheck, ...]:
    """One row a check, the worse of two, in the order in which they are shown: failures first."""
    rows: dict[str, VerdictCheck] = {}
    for check in checks:
        if check.id not in rows or check.outcome is FAILED:
            rows[check.id] = check
    in_order = [rows[name] for name in TITLES if name in rows]
    return tuple(sorted(in_order, key=lambda check: check.outcome is not FAILED))


def _changed(changed: bool) -> VerdictCheck:
    detail = "the rebuilt text differs" if changed else "the rebuilt text equals the original"
    return row("changed", PASSED if changed else FAILED, detail)


def _parses(after: Examination) -> VerdictCheck:
    outcomes = {SyntaxState.VALID: PASSED, SyntaxState.BROKEN: FAILED}
    detail = after.syntax.message or "it parses"
    return row("parses", outcomes.get(after.syntax.state, NOT_RUN), detail)


def _not_emptied(before: Examination, after: Examination) -> VerdictCheck:
    """Removing most of the code also removes its findings, and is no repair."""
    kept = after.code_lines >= EMPTIED_BELOW * before.code_lines
    detail = f"{before.code_lines} lines of code before, {after.code_lines} after"
    return row("not-emptied", PASSED if kept else FAILED, detail)


def _scanners_ran(before: Examination, after: Examination) -> VerdictCheck:
    scanners = COVERAGE[before.language].scanners
    if scanned(before) and scanned(after):
        depth = "" if fully_scanned(after) else ", which knows calls by their names only"
        return row("scanned", PASSED, f"both texts were read by {joined(scanners)}{depth}")
    if not scanners:
        detail = f"there is no scanner for {label_of(before.language)} here"
    else:
        missing = {c.name for e in (before, after) for c in e.checks if not c.ran}
        detail = f"did not run on both texts: {joined(sorted(missing))}"
    return row("scanned", NOT_RUN, detail)


def _targets_gone(
    before: Examination, after: Examination, changes: tuple[Change, ...]
) -> VerdictCheck:
    """What the changes aimed at; without a list of changes, every kind that became rarer."""
    if not scanned(before) or not scanned(after):
        return row("targets-gone", NOT_RUN, "the texts were not scanned fully")
    if changes:
        left = targets_left(before, after, changes)
        good = f"{len(changes)} repairs, none of them reported again"
    else:
        if not before.findings:
            return row("targets-gone", NOT_RUN, "nothing had been found that could be repaired")
        left, good = partly_gone(before, after), "what was repaired is not reported again"
    if left:
        return row("targets-gone", FAILED, f"still found: {joined(left, 3)}")
    return row("targets-gone", PASSED, good)


def _nothing_new(before: Examination, after: Examination) -> VerdictCheck:
    new = new_findings(before, after)
    if new:
        places = [f"{finding.title} (line {finding.line})" for finding in new]
        return row("no-new-finding", FAILED, joined(places, 3))
    return row("no-new-finding", PASSED, "nothing is reported that was not there before")


def _names_kept(before: Examination, after: Examination) -> VerdictCheck:
    if has_tree(before) is not has_tree(after):
        detail = "one text was read as a tree and the other as tokens, which name parts differently"
        return row("names-kept", NOT_RUN, detail)
    lost = lost_public_names(before, after)
    if lost:
        return row("names-kept", FAILED, f"gone: {joined(lost)}")
    if not before.components:
        return row("names-kept", NOT_RUN, "no names could be read")
    return row("names-kept", PASSED, "classes and functions are still there")


def _nothing_like_it_left(
    before: Examination, after: Examination, changes: tuple[Change, ...]
) -> VerdictCheck:
    """A weakness repaired at one place and left at another is not repaired, and neither is a line
    that was repaired of one and stays dangerous for another.

    Findings of other kinds at other places do not make the repair worse; the sentence counts them.
    """
    removed = gone(before, after)
    repaired, lines = weaknesses(removed, changes), flagged_lines(removed, ())
    unmended = {f.fingerprint for f in before.findings if _stands_on(f, lines)}
    left = [
        f"CWE-{f.cwe} (line {f.line})"
        for f in serious(after)
        if f.cwe in repaired or f.fingerprint in unmended
    ]
    if left:
        return row("nothing-like-it-left", FAILED, f"HIGH or CRITICAL: {joined(left, 3)}")
    return row("nothing-like-it-left", PASSED, "none is HIGH or CRITICAL")


def _stands_on(finding: Finding, lines: list[tuple[int, int]]) -> bool:
    return any(first <= finding.end_line and finding.line <= last for first, last in lines)


def _sentence(
    before: Examination,
    after: Examination,
    checks: tuple[VerdictCheck, ...],
    removed: list[Finding],
    changed: bool,
) -> str:
    if not changed:
        return _unchanged(after)
    failed = [c for c in checks if c.outcome is FAILED and c.id != INCOMPLETE]
    if failed:
        return (
            f"Do not use the rebuilt code as it is: it fails “{failed[0].name}” "
            f"({failed[0].detail})."
        )
    if not fully_scanned(after):
        return (
            f"The text was changed, but {label_of(after.language)} code could not be scanned fully "
            "here, so nothing shows that it is better."
        )
    total = len(before.findings)
    of = "1 finding" if total == 1 else f"{total} findings"
    return (
        f"Of {of} the rebuild removes {len(removed)} and leaves {_left(after)}; {_how_far(checks)}."
    )


def _unchanged(after: Examination) -> str:
    left = len(after.findings)
    if broken := _broken(after):
        found = f"; findings that remain: {left}" if left else ""
        return f"Nothing was changed, and the code is broken. {broken[0]}{found}."
    found = f"; findings that remain: {left}" if left else ", and nothing had been found"
    return f"Nothing was changed{found}."


def _how_far(checks: Iterable[VerdictCheck]) -> str:
    """What stands behind the absence of damage: a comparison, or too little of one."""
    compared = any(c.id == "rest-unchanged" and c.outcome is PASSED for c in checks)
    return "no check found damage" if compared else "too little could be compared to rely on it"


def _left(after: Examination) -> str:
    count = len(serious(after))
    return f"{len(after.findings)}" + (f" ({count} of them serious)" if count else "")


def _improvements(
    changes: tuple[Change, ...], removed: list[Finding], changed: bool
) -> tuple[str, ...]:
    """What was done by the list of changes, else what the second scan no longer finds."""
    if not changed:
        return ()
    if changes:
        titles = Counter(change.title for change in changes)
        said = [
            title + (f" ({count} places)" if count > 1 else "") for title, count in titles.items()
        ]
    else:
        titles = Counter(finding.title for finding in removed)
        said = [f"No longer reported: {title} ({count})" for title, count in titles.items()]
    return tuple(said[:MOST_IMPROVEMENTS])


def _broken(after: Examination) -> list[str]:
    """What no scanner reports, and matters more than all that they do."""
    syntax = after.syntax
    if syntax.state is not SyntaxState.BROKEN:
        return []
    place = f", line {syntax.line}" if syntax.line else ""
    return [f"It does not parse{place}: {syntax.message}"]


def _findings_left(after: Examination) -> list[str]:
    return [f"{f.severity}, line {f.line}: {f.title} ({problem(f)})" for f in after.findings]


def _refused(refusals: tuple[Refusal, ...], changed: bool) -> list[str]:
    """Findings that are left have the lines of the rebuilt code, refusals those of the original."""
    where = " of the original" if changed else ""
    return [f"Not repaired, line {r.line}{where}: {r.reason}" for r in refusals]
