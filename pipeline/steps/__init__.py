"""The three steps: what each gets, and the one function that runs a step on its engine."""

from pipeline.steps.assignment import Assignment, Material, StepFailed, StepOutput
from pipeline.steps.run import run_step

__all__ = ["Assignment", "Material", "StepFailed", "StepOutput", "run_step"]
