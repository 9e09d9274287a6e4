"""What the pipeline stores: submissions, their jobs and results, and how each step is run."""

from pipeline.models.job import ENDED, DeadLetter, Job, JobState, StepResult
from pipeline.models.steps import ModelConfig, Step, SystemPrompt
from pipeline.models.submission import Submission
from pipeline.models.worker import Worker

__all__ = [
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
