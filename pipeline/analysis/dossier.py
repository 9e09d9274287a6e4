"""Composes the dossier of the forensic step from what was measured; it measures nothing itself."""

from __future__ import annotations

from collections import Counter

from pipeline.analysis.coverage import COVERAGE, fully_scanned, has_tree, scanned
from pipeline.analysis.exposure import answers_requests, has_routes
from pipeline.analysis.languages import label_of
from pipeline.analysis.limitations import not_checked
from pipeline.analysis.names import joined
from pipeline.analysis.types import (
    Assessment,
    Brief,
    Component,
    Dossier,
    Examination,
    Finding,
    Severity,
    SyntaxState,
)

# The score starts at ten and loses this much for each finding, at most the second number in all.
PENALTIES = {
    Severity.CRITICAL: (3.0, 8.0),
    Severity.HIGH: (1.5, 5.0),
    Severity.MEDIUM: (0.6, 3.0),
    Severity.LOW: (0.1, 1.0),
}
BEST_IF_BROKEN = 2.0
BEST_IF_UNSCANNED = 6.0  # nobody looked for weaknesses, so none being found means little
BEST_IF_ANSWERING = 7.0  # who may do what is looked at by no scanner here
MOST_TRACED = 25
MEDIUM_FOR_PROTOTYPE = 3
UNPROVEN_WEB = (
    "It answers requests from strangers. What they send was followed through this file alone, and "
    "nobody looked at who may do what; silence is no proof. See what was not checked."
)


def compose(examination: Examination, filename: str = "", comments: str = "") -> Dossier:
    """The dossier of one examination; ``comments`` are the submitter's own words."""
    return Dossier(
        brief=_brief(examination, filename),
        syntax=examination.syntax,
        components=examination.components,
        dependencies=examination.imports,
        assumptions=examination.assumptions,
        findings=examination.findings,
        trace=_trace(examination),
        assessment=assess(examination),
        checks=examination.checks,
        not_checked=not_checked(examination, comments),
    )


def score(examination: Examination) -> float:
    """0 to 10 by the table above; capped where the code could not be judged."""
    counts = Counter(finding.severity for finding in examination.findings)
    lost = sum(min(counts[s] * each, most) for s, (each, most) in PENALTIES.items())
    best = 10.0
    if examination.syntax.state is SyntaxState.BROKEN:
        best = BEST_IF_BROKEN
    elif not fully_scanned(examination):
        best = BEST_IF_UNSCANNED
    elif answers_requests(examination):
        best = BEST_IF_ANSWERING
    return round(max(0.0, min(best, 10.0 - lost)), 1)


def assess(examination: Examination) -> Assessment:
    """Prototype or production, by what was found and by what could be checked at all."""
    serious = [f for f in examination.findings if f.severity in (Severity.CRITICAL, Severity.HIGH)]
    medium = [f for f in examination.findings if f.severity is Severity.MEDIUM]
    if examination.syntax.state is SyntaxState.BROKEN:
        return _prototype(f"No. It does not parse: {examination.syntax.message}.")
    if serious:
        return _prototype(
            f"No, {_counted(len(serious), 'serious finding')} must be dealt with first: "
            f"{joined(dict.fromkeys(_lower(f.title) for f in serious), 3)}."
        )
    if len(medium) >= MEDIUM_FOR_PROTOTYPE:
        return _prototype(f"Not yet. {len(medium)} findings of medium severity add up.")
    return _not_refuted(examination, medium)


def _prototype(reason: str) -> Assessment:
    return Assessment(stage="prototype", trusted_in_production=False, reason=reason)


def _not_refuted(examination: Examination, medium: list[Finding]) -> Assessment:
    """Nothing serious was found: that says something only where somebody looked."""
    if not fully_scanned(examination):
        reason = f"Unknown. {_unproven(examination)}"
        return Assessment(stage="unknown", trusted_in_production=False, reason=reason)
    if medium:
        reason = (
            f"Not before a look at {_counted(len(medium), 'finding')} of medium severity: "
            f"{joined(dict.fromkeys(_lower(f.title) for f in medium), 3)}."
        )
        return Assessment(stage="production", trusted_in_production=False, reason=reason)
    if answers_requests(examination):
        reason = f"Unknown. {UNPROVEN_WEB}"
        return Assessment(stage="unknown", trusted_in_production=False, reason=reason)
    reason = (
        "Nothing measured speaks against it. That covers known dangerous calls, plain bugs and "
        "secrets, not whether it does the right thing; see what was not checked."
    )
    return Assessment(stage="production", trusted_in_production=True, reason=reason)


def _unproven(examination: Examination) -> str:
    if scanned(examination):
        scanners = joined(COVERAGE[examination.language].scanners)
        return (
            f"Only {scanners} read it, which knows calls by their names; its silence is no proof."
        )
    return "No security scanner could read it here, so the absence of findings proves nothing."


def _brief(examination: Examination, filename: str) -> Brief:
    return Brief(
        what=_what(examination, filename),
        purpose=_purpose(examination),
        score=score(examination),
        biggest_risk=_biggest_risk(examination),
    )


def _what(examination: Examination, filename: str) -> str:
    kinds = Counter[str](component.kind for component in examination.components)
    words = {"class": "class", "function": "function", "method": "method", "section": "section"}
    parts = [_counted(kinds[kind], word) for kind, word in words.items() if kinds[kind]]
    named = f"{filename}: " if filename else ""
    size = f"{_counted(examination.lines, 'line')} of {label_of(examination.language)}"
    return f"{named}{size}" + (f" with {joined(parts)}" if parts else "") + "."


def _purpose(examination: Examination) -> str:
    """The author's claim if there is one, then what the structure says."""
    kinds = {c.kind for c in examination.components}
    module = next((c for c in examination.components if c.kind == "module"), None)
    claim = module.description if module and module.description.startswith("Says of") else ""
    if examination.language != "python" or module is None:
        read = "Its purpose cannot be read from names alone; see the outline of its parts."
    elif has_routes(examination):
        read = "It is a web application: some of its functions answer requests."
    elif "statement" in kinds:
        read = "It is a program to be started, with an entry point of its own."
    elif "function" in kinds or "class" in kinds:
        read = "It is a module for other code to import."
    else:
        read = "It is a script: its statements run from top to bottom."
    return f"{claim.split(' Importing it')[0]} {read}".strip()


def _biggest_risk(examination: Examination) -> str:
    if examination.syntax.state is SyntaxState.BROKEN:
        line = f" (line {examination.syntax.line})" if examination.syntax.line else ""
        return f"It does not parse{line}: {examination.syntax.message}."
    if examination.findings:
        worst = examination.findings[0]
        return f"{worst.title} (line {worst.line}, {worst.severity}). {worst.impact}"
    if not fully_scanned(examination):
        return f"Unknown. {_unproven(examination)}"
    if answers_requests(examination):
        return f"Unknown. {UNPROVEN_WEB}"
    return "None of the checks that ran found one."


def _trace(examination: Examination) -> tuple[str, ...]:
    """What happens, in the order of the file; for outlined code only what is declared."""
    told = [c for c in examination.components if c.description and c.kind != "class"]
    if not told:
        return _declared(examination)
    lines = [f"Line {c.line}, {_named(c)}: {c.description}" for c in told[:MOST_TRACED]]
    if len(told) > MOST_TRACED:
        lines.append(f"{len(told) - MOST_TRACED} more parts are left out here.")
    return tuple(lines)


def _named(component: Component) -> str:
    if component.kind == "module":
        return "the file"
    call = "()" if component.kind in ("function", "method") else ""
    return f"{component.name}{call}"


def _declared(examination: Examination) -> tuple[str, ...]:
    names = [f"{c.name} (line {c.line})" for c in examination.components if c.kind != "module"]
    said = [f"It declares {joined(names, 12)}."] if names else []
    if examination.imports:
        said.append(f"It uses {joined(examination.imports, 12)}.")
    if has_tree(examination):
        return tuple(said)
    return (*said, "What its parts do was not followed: the code was read as tokens, not parsed.")


def _counted(number: int, word: str) -> str:
    plural = "es" if word.endswith("s") else "s"
    return f"{number:,} {word}{'' if number == 1 else plural}"


def _lower(title: str) -> str:
    """A title inside a sentence; abbreviations such as SQL stay as they are."""
    first = title.split()[0]
    return title if first.isupper() and len(first) > 1 else title[0].lower() + title[1:]
