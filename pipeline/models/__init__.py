"""What the pipeline stores: submissions, their jobs and results, and how each step is run."""

from pipeline.models.deleted import DeletedJob
from pipeline.models.draft import StepDraft
from pipeline.models.evidence import Evidence
from pipeline.models.finding import MARKS, FindingEvent, FindingState, KnownFinding
from pipeline.models.growing import GrowingAnswer
from pipeline.models.idempotency import IdempotencyKey
from pipeline.models.job import ENDED, DeadLetter, Job, JobState, StepResult
from pipeline.models.steps import BUILT_IN, ModelConfig, Step, StepFallback, SystemPrompt
from pipeline.models.submission import Submission
from pipeline.models.webhook import Webhook, WebhookDelivery
from pipeline.models.worker import Worker

__all__ = [
    "BUILT_IN",
    "ENDED",
    "MARKS",
    "DeadLetter",
    "DeletedJob",
    "Evidence",
    "FindingEvent",
    "FindingState",
    "GrowingAnswer",
    "IdempotencyKey",
    "Job",
    "JobState",
    "KnownFinding",
    "ModelConfig",
    "Step",
    "StepDraft",
    "StepFallback",
    "StepResult",
    "Submission",
    "SystemPrompt",
    "Webhook",
    "WebhookDelivery",
    "Worker",
]
