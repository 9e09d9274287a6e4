"""Runs one step on the engines that its route names, in their order."""

from __future__ import annotations

import time
from dataclasses import replace

from pipeline.models import BUILT_IN
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.built_in import run_built_in
from pipeline.steps.by_model import run_by_model


def run_step(assignment: Assignment) -> StepOutput:
    """Run the step within its deadline. Raises StepFailed."""
    if assignment.route.is_built_in:
        return run_built_in(assignment)
    try:
        return run_by_model(assignment)
    except StepFailed as failed:
        if not assignment.route.built_in_last or not assignment.seconds_left:
            raise
        return _stand_in(assignment, failed)


def _stand_in(assignment: Assignment, failed: StepFailed) -> StepOutput:
    """The built-in engine's result, with what failed before it in its trace.

    Raises what failed before where the built-in engine gives no result either.
    """
    started = time.monotonic()
    try:
        output = run_built_in(assignment)
    except StepFailed:
        raise failed from None
    took = int((time.monotonic() - started) * 1000)
    tried = {
        "provider": BUILT_IN,
        "model": "",
        "error": "",
        "call_id": None,
        "latency_ms": took,
        "cost_microdollars": 0,
    }
    return replace(output, trace=[*failed.trace, tried])
