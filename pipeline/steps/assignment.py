"""One step to run: what it works on, what runs it, what it hands back, and how it fails."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pipeline.analysis.types import Dossier, Rebuild
from pipeline.models import Step
from pipeline.routing import StepRoute


@dataclass
class Material:
    """The submission and the results of the steps before this one."""

    code: str
    language: str
    filename: str
    comments: str
    results: dict[Step, dict[str, Any]] = field(default_factory=dict)

    @property
    def dossier(self) -> Dossier:
        return Dossier.model_validate(self.results[Step.FORENSIC])

    @property
    def rebuild(self) -> Rebuild:
        return Rebuild.model_validate(self.results[Step.REBUILDER])


@dataclass(frozen=True)
class Assignment:
    """A step of one attempt at a job; ``deadline`` is a ``time.monotonic()`` moment."""

    step: Step
    route: StepRoute
    material: Material
    job_id: int
    attempt: int
    deadline: float

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


@dataclass(frozen=True)
class StepOutput:
    """A finished step: what ran it, and its Dossier, Rebuild or Verdict as JSON.

    The rest is known for models only: the routes that were tried, tokens by the provider's own
    count, and the cost in millionths of a US dollar (None when unknown).
    """

    engine: str
    content: dict[str, Any]
    trace: list[dict[str, Any]] = field(default_factory=list)
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_microdollars: int | None = None


class StepFailed(Exception):
    """A step that gave no result.

    ``user_message`` is shown to the user; ``str(error)`` is for operators. ``retryable`` says
    whether another attempt may help; ``retry_after`` is the least time to wait before it.
    ``code_at_fault`` says that the reason lies in what was submitted, not in the platform.
    """

    def __init__(
        self,
        error_class: str,
        detail: str,
        *,
        user_message: str,
        retryable: bool,
        retry_after: timedelta = timedelta(0),
        code_at_fault: bool = False,
    ) -> None:
        super().__init__(detail)
        self.error_class = error_class
        self.user_message = user_message
        self.retryable = retryable
        self.retry_after = retry_after
        self.code_at_fault = code_at_fault
