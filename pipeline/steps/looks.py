"""Has a model look at the code; a second time without words, when they were meant for the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from operations import runtime_config
from operations.database import in_database
from pipeline import finding_life
from pipeline.analysis import word_search
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.merge import merge
from pipeline.analysis.types import Dossier, Finding, SecondLook
from pipeline.parameters import SECOND_LOOK
from pipeline.prompts.questions import forensic_question
from pipeline.steps import built_in, model_dossier
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.disguise import Disguise, disguise_for
from pipeline.steps.model_answers import DossierAnswer, schema_of
from pipeline.steps.model_call import ask
from pipeline.steps.outputs import together

OFF = "It is turned off."
NOT_LOOKED = "Words to the model were not looked for"


def dossier(assignment: Assignment) -> StepOutput:
    """A model's dossier on the ground of what was measured. Raises StepFailed."""
    measured = built_in.dossier_of(assignment)
    material = assignment.material
    disguise = disguise_for(assignment)
    code = disguise.hide(material.code)
    first = next(iter(assignment.drafts), None)
    if first is None:
        first = _look(assignment, measured, disguise, code, told=True)
    try:
        words = word_search.words_in(material.code, material.language, assignment.deadline)
    except SandboxError as error:
        return _noted(first, SecondLook(lines=(), note=f"{NOT_LOOKED}: {error}."))
    if not words.lines:
        return first
    if not in_database(runtime_config.switch, SECOND_LOOK.name):
        return _noted(first, SecondLook(lines=words.lines, note=OFF))
    if not assignment.drafts:
        assignment.keep(first)
    try:
        second = _look(assignment, measured, disguise, disguise.hide(words.stripped), told=False)
    except StepFailed as failed:
        output = _noted(first, SecondLook(lines=words.lines, note=failed.user_message))
        return replace(output, trace=[*first.trace, *failed.trace])
    return _both(first, second, words.lines)


def _look(
    assignment: Assignment,
    measured: Dossier,
    disguise: Disguise,
    code: str,
    *,
    told: bool,
) -> StepOutput:
    """One answer of the model; ``told``: with all that the submitter says beside the code."""
    material, schema = assignment.material, schema_of(DossierAnswer)
    marks = in_database(finding_life.marks_of, material.user_id, material.filename) if told else []
    answer = ask(
        assignment,
        forensic_question(
            code=code,
            language=material.language,
            filename=disguise.hide(material.filename) if told else "",
            comments=disguise.hide(material.comments) if told else "",
            findings=measured.findings,
            schema=schema,
            marks=[disguise.hide(mark) for mark in marks],
        ),
        schema,
    )
    said = model_dossier.dossier_from(answer.text, measured, code, shown=material.code)
    return answer.output(disguise.softened(said))


def _noted(output: StepOutput, look: SecondLook) -> StepOutput:
    said = Dossier.model_validate(output.content).model_copy(update={"second_look": look})
    return replace(output, content=said.model_dump(mode="json"))


def _both(first: StepOutput, second: StepOutput, lines: tuple[int, ...]) -> StepOutput:
    """The first dossier with the findings of both, and where they disagree."""
    one, other = (Dossier.model_validate(output.content) for output in (first, second))
    look = SecondLook(
        lines=lines,
        only_first=_missing(one.findings, other.findings),
        only_second=_missing(other.findings, one.findings),
    )
    dossier = one.model_copy(
        update={
            "findings": merge([*one.findings, *other.findings]),
            "dropped_findings": one.dropped_findings + other.dropped_findings,
            "second_look": look,
        }
    )
    return together([first, second], dossier)


def _missing(some: Sequence[Finding], others: Sequence[Finding]) -> tuple[str, ...]:
    known = {(finding.line, finding.cwe) for finding in others}
    return tuple(
        f"line {finding.line}: {finding.title}"
        for finding in some
        if (finding.line, finding.cwe) not in known
    )
