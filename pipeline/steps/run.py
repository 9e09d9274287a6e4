"""Runs one step on the engine that its route names."""

from __future__ import annotations

from pipeline.steps.assignment import Assignment, StepOutput
from pipeline.steps.built_in import run_built_in
from pipeline.steps.by_model import run_by_model


def run_step(assignment: Assignment) -> StepOutput:
    """Run the step within its deadline. Raises StepFailed."""
    run = run_built_in if assignment.route.is_built_in else run_by_model
    return run(assignment)
