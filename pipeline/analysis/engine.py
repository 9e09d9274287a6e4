"""The built-in engine: dossier, rebuilt code and verdict without any model.

These functions are what a step runs. They look at code only through the sandbox, never in this
process, and every one of them gives an answer when single checks fail, time out or are missing.
``deadline_seconds`` bounds the whole call; what is not done by then is reported as not run.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from pipeline.analysis import comparison, dossier, harmless, sandbox, verdict
from pipeline.analysis.checks import Answers, run_checks
from pipeline.analysis.errors import DeadlinePassed, SandboxError, ServerLost
from pipeline.analysis.languages import LANGUAGES
from pipeline.analysis.ledger import rows
from pipeline.analysis.merge import merge
from pipeline.analysis.remembered import compared, remembered
from pipeline.analysis.riders import Rider
from pipeline.analysis.types import (
    Change,
    Component,
    Dossier,
    Examination,
    Finding,
    Outcome,
    Rebuild,
    Refusal,
    Syntax,
    SyntaxState,
    Verdict,
    VerdictCheck,
)


class UnreadableCode(ValueError):
    """The text cannot be analysed at all; the message may be shown to the user."""


def examine(code: str, language: str, deadline_seconds: float | None = None) -> Examination:
    """Measure one text.

    Raises UnreadableCode for NUL, lone surrogates or an unknown language, and ServerLost.
    """
    return _examine(code, language, _deadline(deadline_seconds))


def forensic(
    code: str,
    language: str,
    filename: str = "",
    comments: str = "",
    deadline_seconds: float | None = None,
    riders: Sequence[Rider] = (),
    imported: Sequence[Finding] = (),
) -> Dossier:
    """Result of the forensic step. Raises UnreadableCode or ServerLost.

    ``riders`` go along with the examination.
    ``imported``: what other tools found, on top of what is measured here.
    """
    examination = _examine(code, language, _deadline(deadline_seconds), riders)
    if imported:
        found = merge([*examination.findings, *imported])
        examination = examination.model_copy(update={"findings": found})
    return dossier.compose(examination, filename, comments)


def rebuild(
    code: str,
    language: str,
    findings: Sequence[Finding],
    filename: str = "",
    deadline_seconds: float | None = None,
) -> Rebuild:
    """Result of the rebuilder step; code that the rebuilder cannot cope with comes back unchanged.

    Raises UnreadableCode, DeadlinePassed or ServerLost.
    """
    _refuse_unreadable(code, language)
    payload = {
        "code": code,
        "language": language,
        "findings": [finding.model_dump(mode="json") for finding in findings],
        "filename": filename,
    }
    try:
        answer = sandbox.run("rebuild", payload, deadline=_deadline(deadline_seconds))
    except (DeadlinePassed, ServerLost):
        raise
    except SandboxError as error:
        return Rebuild(code=code, changes=(), refusals=(), note=f"Nothing was changed: {error}.")
    return Rebuild.model_validate(answer)


def quality(
    original: str,
    rebuilt: str,
    language: str,
    changes: Sequence[Change] = (),
    refusals: Sequence[Refusal] = (),
    deadline_seconds: float | None = None,
) -> Verdict:
    """Result of the quality step: both texts measured again and compared. Raises as ``examine``."""
    deadline = _deadline(deadline_seconds)
    before = _examine(original, language, deadline)
    same = original == rebuilt
    after = before if same else _examine(rebuilt, language, deadline)
    return verdict.judge(
        before,
        after,
        tuple(changes),
        tuple(refusals),
        changed=not same,
        compared=() if same else _compared(original, rebuilt, before, after, changes, deadline),
    )


def _compared(
    original: str,
    rebuilt: str,
    before: Examination,
    after: Examination,
    changes: Sequence[Change],
    deadline: float | None,
) -> tuple[VerdictCheck, ...]:
    """The rows of the ledger that need both texts; one that says why, where there are none."""
    removed = comparison.gone(before, after)
    flagged = tuple(verdict.flagged_lines(removed, changes))
    weaknesses = tuple(sorted(verdict.weaknesses(removed, changes)))
    payload = {
        "original": original,
        "rebuilt": rebuilt,
        "language": before.language,
        "flagged": flagged,
        "weaknesses": weaknesses,
    }
    try:
        return compared.get(
            (original, rebuilt, before.language, flagged, weaknesses),
            lambda: _rows(sandbox.run("ledger", payload, deadline=deadline)),
        )
    except (DeadlinePassed, ServerLost):
        raise
    except SandboxError as error:
        return (rows.row("rest-unchanged", Outcome.NOT_RUN, f"not compared: {error}"),)


def _rows(answer: dict[str, Any]) -> tuple[VerdictCheck, ...]:
    return tuple(VerdictCheck.model_validate(each) for each in answer["rows"])


def _examine(
    code: str, language: str, deadline: float | None, riders: Sequence[Rider] = ()
) -> Examination:
    _refuse_unreadable(code, language)
    return remembered.get((code, language), lambda: _measure(code, language, deadline, riders))


def _measure(
    code: str, language: str, deadline: float | None, riders: Sequence[Rider]
) -> Examination:
    answers = run_checks(code, language, deadline, riders)
    listed = answers.answers.get("dataflow", {}).get("harmless", ())
    standing, left_out = harmless.split(_findings(answers), listed)
    structure = answers.answers.get("structure") or answers.answers.get("outline") or {}
    return Examination(
        language=language,
        syntax=_syntax(answers),
        findings=merge(standing),
        components=tuple(Component.model_validate(c) for c in structure.get("components", ())),
        imports=tuple(structure.get("imports", ())),
        assumptions=tuple(structure.get("assumptions", ())),
        checks=tuple(harmless.said(check, left_out) for check in answers.checks),
        **_measures(answers, code),
    )


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def _refuse_unreadable(code: str, language: str) -> None:
    if language not in LANGUAGES:
        raise UnreadableCode(f"the language {language!r} is not one of those that can be submitted")
    if "\0" in code:
        raise UnreadableCode("the text contains NUL characters, so it is not source code")
    try:
        code.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableCode("the text contains lone surrogates, which is no Unicode") from None


def _findings(answers: Answers) -> list[Finding]:
    return [
        Finding.model_validate(each)
        for answer in answers.answers.values()
        for each in answer.get("findings", ())
    ]


def _syntax(answers: Answers) -> Syntax:
    if answers.ran("syntax"):
        return Syntax.model_validate(answers.answers["syntax"])
    reason = next((c.reason for c in answers.checks if c.name == "syntax"), "")
    return Syntax(state=SyntaxState.NOT_PARSABLE_HERE, message=reason)


def _measures(answers: Answers, code: str) -> dict[str, Any]:
    """Counts of lines and bytes; without the text check only the size is known."""
    names = ("lines", "code_lines", "comment_lines", "size_bytes", "longest_line")
    measured = answers.answers.get("text", {"size_bytes": len(code.encode("utf-8"))})
    return {name: measured.get(name, 0) for name in names}
