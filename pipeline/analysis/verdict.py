"""Computes the verdict from two examinations: what was measured before and after, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.analysis.comparison import (
    gone,
    lost_public_names,
    new_findings,
    problem,
    targets_left,
)
from pipeline.analysis.coverage import COVERAGE, fully_scanned, has_tree, scanned
from pipeline.analysis.languages import label_of
from pipeline.analysis.names import joined
from pipeline.analysis.types import (
    Change,
    Confidence,
    Examination,
    Finding,
    Outcome,
    Refusal,
    Severity,
    SyntaxState,
    Verdict,
    VerdictCheck,
)

MOST_IMPROVEMENTS = 5
EMPTIED_BELOW = 0.5  # share of the code lines that has to be left

PASSED, FAILED, NOT_RUN = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_RUN


def judge(
    before: Examination,
    after: Examination,
    changes: tuple[Change, ...],
    refusals: tuple[Refusal, ...],
    *,
    changed: bool,
) -> Verdict:
    """The verdict on a rebuilt text. Never HIGH: no test of behaviour was run."""
    damage = (
        _changed(changed),
        _parses(after),
        _not_emptied(before, after),
        _scanners_ran(before, after),
        _targets_gone(before, after, changes),
        _nothing_new(before, after),
        _names_kept(before, after),
    )
    checks = (*damage, _nothing_serious_left(after))
    removed = gone(before, after) if changed else []
    return Verdict(
        sentence=_sentence(before, after, damage, removed, changed),
        improvements=_improvements(changes, removed, changed),
        remaining=(*_findings_left(after), *_refused(refusals)),
        confidence=_confidence(after, checks),
        checks=checks,
    )


def _check(name: str, outcome: Outcome, detail: str) -> VerdictCheck:
    return VerdictCheck(name=name, outcome=outcome, detail=detail)


def _changed(changed: bool) -> VerdictCheck:
    detail = "the rebuilt text differs" if changed else "the rebuilt text equals the original"
    return _check("something changed", PASSED if changed else FAILED, detail)


def _parses(after: Examination) -> VerdictCheck:
    outcomes = {SyntaxState.VALID: PASSED, SyntaxState.BROKEN: FAILED}
    detail = after.syntax.message or "it parses"
    return _check("parses", outcomes.get(after.syntax.state, NOT_RUN), detail)


def _not_emptied(before: Examination, after: Examination) -> VerdictCheck:
    """Removing most of the code also removes its findings, and is no repair."""
    kept = after.code_lines >= EMPTIED_BELOW * before.code_lines
    detail = f"{before.code_lines} lines of code before, {after.code_lines} after"
    return _check("code is still there", PASSED if kept else FAILED, detail)


def _scanners_ran(before: Examination, after: Examination) -> VerdictCheck:
    scanners = COVERAGE[before.language].scanners
    if scanned(before) and scanned(after):
        depth = "" if fully_scanned(after) else ", which knows calls by their names only"
        detail = f"both texts were read by {joined(scanners)}{depth}"
        return _check("scanned before and after", PASSED, detail)
    if not scanners:
        detail = f"there is no scanner for {label_of(before.language)} here"
    else:
        missing = {c.name for e in (before, after) for c in e.checks if not c.ran}
        detail = f"did not run on both texts: {joined(sorted(missing))}"
    return _check("scanned before and after", NOT_RUN, detail)


def _targets_gone(
    before: Examination, after: Examination, changes: tuple[Change, ...]
) -> VerdictCheck:
    name = "repaired findings are gone"
    if not changes:
        return _check(name, NOT_RUN, "no list of repairs came with the rebuilt text")
    if not scanned(before) or not scanned(after):
        return _check(name, NOT_RUN, "the texts were not scanned fully")
    left = targets_left(before, after, changes)
    if left:
        return _check(name, FAILED, f"still found: {joined(left, 3)}")
    return _check(name, PASSED, f"{len(changes)} repairs, none of them reported again")


def _nothing_new(before: Examination, after: Examination) -> VerdictCheck:
    new = new_findings(before, after)
    if new:
        places = [f"{finding.title} (line {finding.line})" for finding in new]
        return _check("no new finding", FAILED, joined(places, 3))
    return _check("no new finding", PASSED, "nothing is reported that was not there before")


def _names_kept(before: Examination, after: Examination) -> VerdictCheck:
    if has_tree(before) is not has_tree(after):
        detail = "one text was read as a tree and the other as tokens, which name parts differently"
        return _check("public names kept", NOT_RUN, detail)
    lost = lost_public_names(before, after)
    if lost:
        return _check("public names kept", FAILED, f"gone: {joined(lost)}")
    if not before.components:
        return _check("public names kept", NOT_RUN, "no names could be read")
    return _check("public names kept", PASSED, "classes and functions are still there")


def _nothing_serious_left(after: Examination) -> VerdictCheck:
    """What is still dangerous is not ready for production, however well the rest was repaired."""
    left = _serious(after)
    detail = f"{left} findings are still HIGH or CRITICAL" if left else "none is HIGH or CRITICAL"
    return _check("nothing serious is left", FAILED if left else PASSED, detail)


def _serious(after: Examination) -> int:
    return sum(f.severity in (Severity.CRITICAL, Severity.HIGH) for f in after.findings)


def _confidence(after: Examination, checks: Iterable[VerdictCheck]) -> Confidence:
    """MEDIUM only where full scanners ran and every check passed; a parser proves too little."""
    if fully_scanned(after) and all(check.outcome is PASSED for check in checks):
        return Confidence.MEDIUM
    return Confidence.LOW


def _sentence(
    before: Examination,
    after: Examination,
    damage: tuple[VerdictCheck, ...],
    removed: list[Finding],
    changed: bool,
) -> str:
    left = len(after.findings)
    if not changed:
        found = f"; findings that remain: {left}" if left else ", and nothing had been found"
        return f"Nothing was changed{found}."
    failed = [check for check in damage if check.outcome is FAILED]
    if failed:
        return (
            f"Do not use the rebuilt code as it is: {failed[0].name} failed ({failed[0].detail})."
        )
    if not fully_scanned(after):
        return (
            f"The text was changed, but {label_of(after.language)} code could not be scanned fully "
            "here, so nothing shows that it is better."
        )
    return (
        f"The rebuild removes {len(removed)} of {len(before.findings)} findings and leaves "
        f"{_left(after)}; no check found damage, and behaviour was not tested."
    )


def _left(after: Examination) -> str:
    serious = _serious(after)
    return f"{len(after.findings)}" + (f" ({serious} of them serious)" if serious else "")


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


def _findings_left(after: Examination) -> list[str]:
    return [f"{f.severity}, line {f.line}: {f.title} ({problem(f)})" for f in after.findings]


def _refused(refusals: tuple[Refusal, ...]) -> list[str]:
    return [f"Not repaired, line {r.line}: {r.reason}" for r in refusals]
