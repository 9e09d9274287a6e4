"""What nobody looked at: the part of a dossier that keeps a clean result from being misread."""

from __future__ import annotations

from pipeline.analysis.coverage import has_tree, scanned
from pipeline.analysis.languages import label_of
from pipeline.analysis.types import Examination, SyntaxState

NO_RULES_FOR = (
    "Injection, cross-site scripting and path traversal across files: a value from outside was "
    "followed through this file alone. What templates and functions of other files do with it, "
    "and values that were stored before, stay unseen.",
    "Authentication, authorisation and business logic: whether the right people may do the right "
    "things cannot be read from one file.",
    "Races, deadlocks and other faults of concurrency.",
    "Known vulnerabilities of the imported packages: versions are not part of the text.",
)
OF_ANY_LANGUAGE = 1  # where those begin that hold for every language
ALWAYS = (
    "Other files of the project: imports were not followed.",
    "Behaviour at run time: the code was never executed.",
)


def not_checked(examination: Examination, comments: str = "") -> tuple[str, ...]:
    """Plain sentences, the most important first."""
    said = [*_failed_checks(examination), *_syntax(examination)]
    if examination.language == "python":
        said += NO_RULES_FOR
    else:
        said += [*_parsed_only(examination), *NO_RULES_FOR[OF_ANY_LANGUAGE:]]
    if comments.strip():
        said.append("Your comment: the built-in engine keeps it but cannot interpret prose.")
    return (*said, *ALWAYS)


def _parsed_only(examination: Examination) -> list[str]:
    """What it means for a language that no real scanner reads."""
    label = label_of(examination.language)
    if scanned(examination):
        weaknesses = (
            f"Security weaknesses of {label} beyond calls that are dangerous by their names: "
            "buffers, pointers, lifetimes and the way of values through the code."
        )
    else:
        weaknesses = (
            f"Security weaknesses of {label}: there is no {label} scanner here. Secrets and "
            "deceiving characters are all that was looked for."
        )
    if has_tree(examination):
        meaning = f"Types and meaning: {label} was only parsed, not compiled; names and calls were "
        return [weaknesses, meaning + "read as they are written."]
    return [weaknesses]


def _failed_checks(examination: Examination) -> list[str]:
    return [
        f"The check {check.name} did not run: {check.reason}."
        for check in examination.checks
        if not check.ran and check.name != "syntax"  # told below, in its own words
    ]


def _syntax(examination: Examination) -> list[str]:
    if examination.syntax.state is SyntaxState.NOT_CHECKED:
        return [f"Syntax: {examination.syntax.message}."]
    if examination.syntax.state is SyntaxState.NOT_PARSABLE_HERE:
        return [f"Syntax: not parsable here, {examination.syntax.message}."]
    return []
