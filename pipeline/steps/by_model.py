"""A language model as a step's engine: asks it, reads its answer, and holds it to the code."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.models import Step
from pipeline.prompts.questions import forensic_question, quality_question, rebuilder_question
from pipeline.steps import built_in, model_dossier, model_rebuild, model_verdict
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.model_answers import DossierAnswer, VerdictAnswer, schema_of
from pipeline.steps.model_call import ask


def run_by_model(assignment: Assignment) -> StepOutput:
    """Run a step with the model of its route. Raises StepFailed."""
    return STEPS[assignment.step](assignment)


def _forensic(assignment: Assignment) -> StepOutput:
    measured = built_in.dossier_of(assignment)
    material = assignment.material
    schema = schema_of(DossierAnswer)
    answer = ask(
        assignment,
        forensic_question(
            code=material.code,
            language=material.language,
            filename=material.filename,
            comments=material.comments,
            findings=measured.findings,
            schema=schema,
        ),
        schema,
    )
    return answer.output(model_dossier.dossier_from(answer.text, measured, material.code))


def _rebuilder(assignment: Assignment) -> StepOutput:
    material = assignment.material
    answer = ask(
        assignment,
        rebuilder_question(
            code=material.code,
            language=material.language,
            filename=material.filename,
            comments=material.comments,
            findings=material.dossier.findings,
        ),
    )
    if answer.was_cut_off:
        raise StepFailed(
            "cut-off-answer",
            f"{answer.engine} stopped in the middle of the rebuilt code (max tokens)",
            user_message="The language model's answer was cut off before the code was complete.",
            retryable=False,
        )
    return answer.output(model_rebuild.rebuild_from(answer.text, material.code))


def _quality(assignment: Assignment) -> StepOutput:
    measured = built_in.verdict_of(assignment)
    material = assignment.material
    schema = schema_of(VerdictAnswer)
    answer = ask(
        assignment,
        quality_question(
            original=material.code,
            rebuilt=material.rebuild.code,
            language=material.language,
            filename=material.filename,
            comments=material.comments,
            checks=measured.checks,
            schema=schema,
        ),
        schema,
    )
    return answer.output(model_verdict.verdict_from(answer.text, measured))


STEPS: dict[Step, Callable[[Assignment], StepOutput]] = {
    Step.FORENSIC: _forensic,
    Step.REBUILDER: _rebuilder,
    Step.QUALITY: _quality,
}
