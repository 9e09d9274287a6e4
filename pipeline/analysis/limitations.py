"""What nobody looked at: the part of a dossier that keeps a clean result from being misread."""

from __future__ import annotations

from pipeline.analysis.languages import label_of
from pipeline.analysis.types import Examination, SyntaxState

NO_RULES_FOR = (
    "Cross-site scripting beyond marked-safe strings, server-side request forgery, path traversal "
    "outside archives, open redirects, LDAP and XPath injection, cookie flags: the scanners have "
    "no rules for them.",
    "Authentication, authorisation and business logic: whether the right people may do the right "
    "things cannot be read from one file.",
    "Races, deadlocks and other faults of concurrency.",
    "Known vulnerabilities of the imported packages: versions are not part of the text.",
)
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
        label = label_of(examination.language)
        said += [
            f"Security weaknesses of {label}: there is no {label} scanner here. Secrets and "
            "deceiving characters are all that was looked for.",
            *NO_RULES_FOR[1:],
        ]
    if comments.strip():
        said.append("Your comment: the built-in engine keeps it but cannot interpret prose.")
    return (*said, *ALWAYS)


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
