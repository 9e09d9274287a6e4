"""Runs one step on the engine that its route names."""

from __future__ import annotations

from pipeline.models import ModelConfig, Step
from pipeline.steps.built_in import run_built_in
from pipeline.steps.material import Material, StepFailed, StepOutput


def run_step(step: Step, engine: str, material: Material, seconds_left: float) -> StepOutput:
    """Run ``step`` within ``seconds_left``. Raises StepFailed."""
    if engine == ModelConfig.Engine.BUILT_IN:
        return run_built_in(step, material, seconds_left)
    raise StepFailed(
        "unknown-engine",
        f"The route of step {step} names the engine {engine!r}, which does not exist.",
        user_message="This step is set to an engine that does not exist.",
        retryable=False,
    )
