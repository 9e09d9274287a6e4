"""Words that the readable reports share, so that text and markdown say the same."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.types import (
    Dossier,
    Finding,
    Outcome,
    Rebuild,
    Round,
    SyntaxState,
    Verdict,
    VerdictCheck,
)
from pipeline.reports.reviewed import ReviewedFile, count_by_severity

OUTCOMES = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.NOT_RUN: "not run"}
STAGES = {
    "prototype": "A prototype",
    "production": "Close to production",
    "unknown": "Of unknown maturity",
}


def language_of(file: ReviewedFile) -> str:
    """The language's usual name."""
    known = LANGUAGES.get(file.language)
    return known.label if known else file.language


def plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def findings_summary(files: Sequence[ReviewedFile]) -> str:
    """For example: 3 findings: 1 critical, 2 low."""
    counts = {severity: n for severity, n in count_by_severity(files).items() if n}
    if not counts:
        return "no findings"
    parts = ", ".join(f"{count} {severity.lower()}" for severity, count in counts.items())
    return f"{plural(sum(counts.values()), 'finding')}: {parts}"


def place(finding: Finding) -> str:
    """Line and column as editors understand them: 12:5."""
    return f"{finding.line}:{finding.column}"


def marked(file: ReviewedFile, finding: Finding) -> str:
    """What its owner said of a finding, and whether it is new; empty if there is nothing to say."""
    life = file.lives.get(finding.fingerprint)
    said = [f"{life.state.label}: {life.reason}"] if life and life.is_marked else []
    if file.since and file.since.is_new(finding):
        said.append("New since the file was handed in before")
    return ". ".join(said)


def reported_by(finding: Finding) -> str:
    """Who saw it, with the rules: bandit, ruff (B602, S602)."""
    rules = f" ({', '.join(finding.rules)})" if finding.rules else ""
    return ", ".join(finding.sources) + rules


def cwe(number: int | None) -> str:
    return f"CWE-{number}" if number else ""


def assessment(dossier: Dossier) -> str:
    """The dossier's last word in one sentence; a Yes or No that opens its reason is in it."""
    last = dossier.assessment
    word = "can" if last.trusted_in_production else "cannot"
    reason = last.reason.removeprefix("No. ").removeprefix("Yes. ")
    return f"{STAGES[last.stage]}; it {word} be trusted in production: {reason}"


def syntax(dossier: Dossier) -> str:
    """What the syntax check said; empty when the code is valid."""
    state = dossier.syntax
    said = {
        SyntaxState.VALID: "",
        SyntaxState.BROKEN: "The code does not parse",
        SyntaxState.NOT_PARSABLE_HERE: "The code could not be parsed here",
        SyntaxState.NOT_CHECKED: "The syntax was not checked",
    }[state.state]
    where = f" (line {state.line})" if said and state.line else ""
    why = f": {state.message}" if said and state.message else ""
    return said + where + why


def needs(dossier: Dossier) -> list[str]:
    """What the code expects around it: its imports in one line, then each assumption."""
    imports = [f"Imports: {', '.join(dossier.dependencies)}"] if dossier.dependencies else []
    return imports + list(dossier.assumptions)


def failed(file: ReviewedFile) -> str:
    """How a file without a verdict is called, depending on how far it came."""
    return "Not finished" if file.dossier else "Not reviewed"


def not_checked(file: ReviewedFile) -> list[str]:
    """Everything that nobody looked at: checks that did not run first, then what has no check."""
    if file.dossier is None:
        return []
    said = file.dossier.not_checked
    missed = [
        f"{check.name} did not run: {check.reason}" if check.reason else f"{check.name} did not run"
        for check in file.dossier.checks
        if not check.ran and not any(check.name in text for text in said)
    ]
    return missed + list(said)


def check_line(check: VerdictCheck) -> str:
    return f"{OUTCOMES[check.outcome]}: {check.name}. {check.detail}".rstrip()


def worse(verdict: Verdict) -> str:
    """Why the original is the better of the two; empty if it is not."""
    return f"The original is the better one: {verdict.worse}." if verdict.worse else ""


def rounds(rebuild: Rebuild) -> list[str]:
    """What became of each answer of a model that was asked more than once."""
    if len(rebuild.rounds) < 2:
        return []
    return [f"Answer {number}, {_round(each)}" for number, each in enumerate(rebuild.rounds, 1)]


def _round(one: Round) -> str:
    failures = "; ".join(one.failed) or "nothing failed"
    return f"{'kept' if one.kept else 'not kept'}: {one.confidence} ({failures})"


def second_look(dossier: Dossier) -> list[str]:
    """Where the code speaks to a model, and what that changed."""
    look = dossier.second_look
    if look is None:
        return []
    lines = ", ".join(map(str, look.lines))
    told = [f"Comments or strings speak to the model (lines {lines})."] if lines else []
    if look.note:
        return [*told, f"There was no second look: {look.note}"]
    if not look.only_first and not look.only_second:
        return [*told, "A second look without comments and strings found the same."]
    return [
        *told,
        *(f"Found only with comments and strings: {each}" for each in look.only_first),
        *(f"Found only without comments and strings: {each}" for each in look.only_second),
    ]
