"""The built-in engine as a step's engine: real analysers, no model, no network."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.analysis import engine
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.types import Value
from pipeline.models import ModelConfig, Step
from pipeline.steps.material import Material, StepFailed, StepOutput


def run_built_in(step: Step, material: Material, seconds_left: float) -> StepOutput:
    """Run a step with the built-in engine. Raises StepFailed."""
    try:
        value = STEPS[step](material, seconds_left)
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
    return StepOutput(ModelConfig.Engine.BUILT_IN, value.model_dump(mode="json"))


def _forensic(material: Material, seconds_left: float) -> Value:
    return engine.forensic(
        material.code,
        material.language,
        material.filename,
        comments=material.comments,
        deadline_seconds=seconds_left,
    )


def _rebuilder(material: Material, seconds_left: float) -> Value:
    return engine.rebuild(
        material.code,
        material.language,
        findings=material.dossier.findings,
        filename=material.filename,
        deadline_seconds=seconds_left,
    )


def _quality(material: Material, seconds_left: float) -> Value:
    rebuild = material.rebuild
    return engine.quality(
        material.code,
        rebuild.code,
        material.language,
        material.filename,
        changes=rebuild.changes,
        refusals=rebuild.refusals,
        deadline_seconds=seconds_left,
    )


STEPS: dict[Step, Callable[[Material, float], Value]] = {
    Step.FORENSIC: _forensic,
    Step.REBUILDER: _rebuilder,
    Step.QUALITY: _quality,
}
