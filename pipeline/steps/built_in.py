"""The built-in engine as a step's engine: real analysers, no model, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.analysis import engine
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.types import Dossier, Finding, Rebuild, Value, Verdict
from pipeline.models import BUILT_IN, Step
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput


def run_built_in(assignment: Assignment) -> StepOutput:
    """Run a step with the built-in engine. Raises StepFailed."""
    value = STEPS[assignment.step](assignment)
    return StepOutput(BUILT_IN, value.model_dump(mode="json"))


def dossier_of(assignment: Assignment) -> Dossier:
    """What the analysers say of the submission, and what was imported. Raises StepFailed."""
    material = assignment.material
    imported = material.imported or {}
    with _failures():
        dossier = engine.forensic(
            material.code,
            material.language,
            material.filename,
            comments=material.comments,
            deadline_seconds=assignment.seconds_left,
            riders=() if assignment.route.is_built_in else material.riders,
            imported=[Finding.model_validate(each) for each in imported.get("findings", ())],
        )
    dropped = imported.get("dropped", 0)
    if not dropped:
        return dossier
    said = f"{dropped} of the imported results have no place in this file."
    return dossier.model_copy(update={"not_checked": (*dossier.not_checked, said)})


def rebuild_of(assignment: Assignment) -> Rebuild:
    """What the fixers make of the submission. Raises StepFailed."""
    material = assignment.material
    with _failures():
        return engine.rebuild(
            material.code,
            material.language,
            findings=material.dossier.findings,
            filename=material.filename,
            deadline_seconds=assignment.seconds_left,
        )


def verdict_of(assignment: Assignment) -> Verdict:
    """What two measurements say of the rebuilt code. Raises StepFailed."""
    return verdict_on(assignment, assignment.material.rebuild)


def verdict_on(assignment: Assignment, rebuild: Rebuild) -> Verdict:
    """What they say of code that may yet become the rebuilt one. Raises StepFailed."""
    material = assignment.material
    with _failures():
        return engine.quality(
            material.code,
            rebuild.code,
            material.language,
            changes=rebuild.changes,
            refusals=rebuild.refusals,
            deadline_seconds=assignment.seconds_left,
        )


STEPS: dict[Step, Callable[[Assignment], Value]] = {
    Step.FORENSIC: dossier_of,
    Step.REBUILDER: rebuild_of,
    Step.QUALITY: verdict_of,
}


@contextmanager
def _failures() -> Iterator[None]:
    """Says in a step's terms why the analysers gave no answer."""
    try:
        yield
    except SandboxError as error:
        raise StepFailed(
            "analysis",
            f"{type(error).__name__}: {error}",
            user_message="The analysers stopped before they had an answer.",
            retryable=True,
        ) from error
    except engine.UnreadableCode as error:
        raise StepFailed(
            "unreadable-code",
            str(error),
            user_message=f"This cannot be analysed: {error}.",
            retryable=False,
            code_at_fault=True,
        ) from error
