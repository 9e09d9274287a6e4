"""Asks the models of a step's route, through the providers' one door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pipeline.routing import Target
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.purse import BudgetGuard
from providers import errors
from providers.complete import complete
from providers.types import (
    Completion,
    CompletionRequest,
    Finish,
    JsonSchema,
    Reference,
    Route,
    Tried,
)

CODE_AT_FAULT = (errors.ContextTooLong, errors.ContentFiltered)


@dataclass(frozen=True)
class ModelAnswer:
    """What the model wrote, and all that is known about the call."""

    completion: Completion

    @property
    def text(self) -> str:
        return self.completion.text

    @property
    def engine(self) -> str:
        return f"{self.completion.provider}: {self.completion.model}"

    @property
    def was_cut_off(self) -> bool:
        return self.completion.finish is Finish.LENGTH

    @contextmanager
    def read(self) -> Iterator[None]:
        """Tells in a failure of the block, which makes use of the answer, how it was come by."""
        try:
            yield
        except StepFailed as failed:
            failed.trace = failed.trace or _trace(self.completion.tried)
            raise

    def output(self, content: dict[str, Any]) -> StepOutput:
        """The step's output with this call's trace, tokens and cost."""
        usage = self.completion.usage
        return StepOutput(
            engine=self.engine,
            content=content,
            trace=_trace(self.completion.tried),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_microdollars=self.completion.cost_microdollars,
        )


def ask(assignment: Assignment, question: str, schema: dict[str, Any] | None = None) -> ModelAnswer:
    """A model's answer to ``question`` under the step's system prompt. Raises StepFailed.

    The models of the step's route are asked in their order, until one answers.
    """
    route = assignment.route
    structured = schema is not None and route.structured
    request = CompletionRequest(
        system=route.prompt,
        user=question,
        temperature=route.temperature,
        max_tokens=route.max_tokens,
        json_schema=JsonSchema(assignment.step, schema) if structured and schema else None,
        timeout_seconds=min(route.timeout_seconds, assignment.seconds_left),
        audience=assignment.material.plan,
    )
    reference = Reference(
        job_id=assignment.job_id, step=assignment.step, attempt=assignment.attempt
    )
    try:
        completion = complete(
            request,
            [_asked(target) for target in route.targets],
            reference=reference,
            deadline_seconds=assignment.seconds_left,
            guard=BudgetGuard(),
            hold=assignment.hold,
            defer=assignment.outcomes.append,
            on_text=assignment.on_text,
        )
    except errors.ProviderError as error:
        raise _step_failed(error) from error
    return ModelAnswer(completion)


def _asked(target: Target) -> Route:
    return Route(
        provider_id=target.provider_id,
        model=target.model,
        temperature=target.temperature,
        max_tokens=target.max_tokens,
        timeout_seconds=target.timeout_seconds,
    )


def _step_failed(error: errors.ProviderError) -> StepFailed:
    return StepFailed(
        error.code,
        str(error),
        user_message=error.user_message,
        retryable=error.retryable,
        retry_after=error.retry_after or timedelta(0),
        code_at_fault=isinstance(error, CODE_AT_FAULT),
        trace=_trace(error.tried),
    )


def _trace(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    """The routes that were tried, as JSON."""
    return [{**vars(each), "call_id": each.call_id and str(each.call_id)} for each in tried]
