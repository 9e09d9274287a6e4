"""What the pipeline stores: submissions, their jobs and results, and how each step is run."""

from pipeline.models.job import ENDED, DeadLetter, Job, JobState, StepResult
from pipeline.models.steps import BUILT_IN, ModelConfig, Step, SystemPrompt
from pipeline.models.submission import Submission
from pipeline.models.worker import Worker

__all__ = [
    "BUILT_IN",
    "ENDED",
    "DeadLetter",
    "Job",
    "JobState",
    "ModelConfig",
    "Step",
    "StepResult",
    "Submission",
    "SystemPrompt",
    "Worker",
]
