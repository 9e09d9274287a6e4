"""A language model as a step's engine: asks it, reads its answer, and holds it to the code."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.analysis.types import Rebuild
from pipeline.models import Step
from pipeline.prompts.questions import forensic_question, quality_question, rebuilder_question
from pipeline.steps import built_in, model_dossier, model_rebuild, model_verdict
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.disguise import Disguise, disguise_for
from pipeline.steps.model_answers import DossierAnswer, VerdictAnswer, schema_of
from pipeline.steps.model_call import ModelAnswer, ask


def run_by_model(assignment: Assignment) -> StepOutput:
    """Run a step with the model of its route. Raises StepFailed."""
    return STEPS[assignment.step](assignment)


def _forensic(assignment: Assignment) -> StepOutput:
    measured = built_in.dossier_of(assignment)
    material = assignment.material
    disguise = disguise_for(assignment)
    code = disguise.hide(material.code)
    schema = schema_of(DossierAnswer)
    answer = ask(
        assignment,
        forensic_question(
            code=code,
            language=material.language,
            filename=disguise.hide(material.filename),
            comments=disguise.hide(material.comments),
            findings=measured.findings,
            schema=schema,
        ),
        schema,
    )
    dossier = model_dossier.dossier_from(answer.text, measured, code, shown=material.code)
    return answer.output(disguise.softened(dossier))


def _rebuilder(assignment: Assignment) -> StepOutput:
    material = assignment.material
    disguise = disguise_for(assignment)
    code = disguise.hide(material.code)
    answer = ask(
        assignment,
        rebuilder_question(
            code=code,
            language=material.language,
            filename=disguise.hide(material.filename),
            comments=disguise.hide(material.comments),
            findings=material.dossier.findings,
        ),
    )
    with answer.read():
        if answer.was_cut_off:
            raise _cut_off(answer)
        rebuild = model_rebuild.rebuild_from(answer.text, code)
    return answer.output(_revealed(rebuild, disguise).model_dump(mode="json"))


def _revealed(rebuild: Rebuild, disguise: Disguise) -> Rebuild:
    """The rebuilt file with the user's own secrets in it, and a word about those that are gone."""
    missing = disguise.missing(rebuild.code)
    said = f"{missing} of {len(disguise)} secrets no longer stand in the rebuilt code."
    note = " ".join(part for part in (rebuild.note, said if missing else "") if part)
    return rebuild.model_copy(update={"code": disguise.restore(rebuild.code), "note": note})


def _cut_off(answer: ModelAnswer) -> StepFailed:
    return StepFailed(
        "cut-off-answer",
        f"{answer.engine} stopped in the middle of the rebuilt code (max tokens)",
        user_message="The language model's answer was cut off before the code was complete.",
        retryable=False,
    )


def _quality(assignment: Assignment) -> StepOutput:
    measured = built_in.verdict_of(assignment)
    material = assignment.material
    rebuilt = material.rebuild.code
    disguise = disguise_for(assignment)
    schema = schema_of(VerdictAnswer)
    answer = ask(
        assignment,
        quality_question(
            original=disguise.hide(material.code),
            rebuilt=disguise.hide(rebuilt),
            language=material.language,
            filename=disguise.hide(material.filename),
            comments=disguise.hide(material.comments),
            checks=measured.checks,
            schema=schema,
        ),
        schema,
    )
    return answer.output(disguise.softened(model_verdict.verdict_from(answer.text, measured)))


STEPS: dict[Step, Callable[[Assignment], StepOutput]] = {
    Step.FORENSIC: _forensic,
    Step.REBUILDER: _rebuilder,
    Step.QUALITY: _quality,
}
