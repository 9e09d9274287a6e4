"""One step to run: what it works on, what runs it, what it hands back, and how it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from billing.models import NO_PLAN
from pipeline.analysis import secret_search, word_search
from pipeline.analysis.riders import Rider
from pipeline.analysis.types import Dossier, Rebuild
from pipeline.models import Step
from pipeline.routing import StepRoute


@dataclass
class Material:
    """The submission and the results of the steps before this one. ``plan`` is its owner's.

    ``secrets`` are those of its texts, once they were looked for.
    """

    code: str
    language: str
    filename: str
    comments: str
    plan: str = NO_PLAN
    user_id: int = 0
    imported: dict[str, Any] | None = None
    results: dict[Step, dict[str, Any]] = field(default_factory=dict)
    secrets: tuple[str, ...] | None = None

    @cached_property
    def suspect_texts(self) -> tuple[str, ...]:
        """All that the user wrote, if any of it may hold a secret."""
        texts = (self.code, self.comments, self.filename)
        return texts if secret_search.are_suspect(texts) else ()

    @property
    def riders(self) -> list[Rider]:
        """What is to be known of the submission before a model gets it."""
        wanted = (
            secret_search.rider(self.suspect_texts),
            word_search.rider(self.code, self.language),
        )
        return [rider for rider in wanted if rider is not None]

    @property
    def dossier(self) -> Dossier:
        return Dossier.model_validate(self.results[Step.FORENSIC])

    @property
    def rebuild(self) -> Rebuild:
        return Rebuild.model_validate(self.results[Step.REBUILDER])


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


def _nowhere(output: StepOutput) -> None:
    """For a step that is run without a job: there is nobody to keep its answers for."""


@dataclass(frozen=True)
class Assignment:
    """A step of one attempt at a job; ``deadline`` is a ``time.monotonic()`` moment.

    ``hold`` is called in the transaction that precedes each call of a model; it raises when the
    job is no longer this worker's, and then nothing is called. ``outcomes`` gets what is to be
    written in the transaction that keeps the step's result or notes its failure. ``on_text`` gets
    what a model writes as it writes it, anew after each ``hold``. ``drafts`` are the answers that
    were kept until now, also by earlier attempts; ``keep`` adds one, for steps that ask again.
    """

    step: Step
    route: StepRoute
    material: Material
    job_id: int
    attempt: int
    deadline: float
    hold: Callable[[], None]
    outcomes: list[Callable[[], None]]
    on_text: Callable[[str], None]
    drafts: Sequence[StepOutput] = ()
    keep: Callable[[StepOutput], None] = _nowhere

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


class StepFailed(Exception):
    """A step that gave no result.

    ``user_message`` is shown to the user; ``str(error)`` is for operators. ``retryable`` says
    whether another attempt may help; ``retry_after`` is the least time to wait before it.
    ``code_at_fault`` says that the reason lies in what was submitted, not in the platform.
    ``trace`` lists the routes that were tried, in the form of StepOutput.trace.
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
        trace: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.error_class = error_class
        self.user_message = user_message
        self.retryable = retryable
        self.retry_after = retry_after
        self.code_at_fault = code_at_fault
        self.trace = trace
