"""A language model as a step's engine: asks it, reads its answer, and holds it to the code."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.models import Step
from pipeline.prompts.questions import quality_question
from pipeline.steps import built_in, looks, model_verdict, rounds
from pipeline.steps.assignment import Assignment, StepOutput
from pipeline.steps.disguise import disguise_for
from pipeline.steps.model_answers import VerdictAnswer, schema_of
from pipeline.steps.model_call import ask


def run_by_model(assignment: Assignment) -> StepOutput:
    """Run a step with the model of its route. Raises StepFailed."""
    return STEPS[assignment.step](assignment)


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
    Step.FORENSIC: looks.dossier,
    Step.REBUILDER: rounds.rebuilt,
    Step.QUALITY: _quality,
}
