"""Asks the model of a step's route, through the providers' one door."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from pipeline.analysis.types import Value
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from providers import errors
from providers.complete import complete
from providers.types import Completion, CompletionRequest, Finish, JsonSchema, Reference, Route

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

    def output(self, value: Value) -> StepOutput:
        """The step's output with this call's trace, tokens and cost."""
        usage = self.completion.usage
        return StepOutput(
            engine=self.engine,
            content=value.model_dump(mode="json"),
            trace=[_as_json(asdict(tried)) for tried in self.completion.tried],
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_microdollars=self.completion.cost_microdollars,
        )


def ask(assignment: Assignment, question: str, schema: dict[str, Any] | None = None) -> ModelAnswer:
    """The model's answer to ``question`` under the step's system prompt. Raises StepFailed."""
    route = assignment.route
    structured = schema is not None and route.structured
    request = CompletionRequest(
        system=route.prompt,
        user=question,
        temperature=route.temperature,
        max_tokens=route.max_tokens,
        json_schema=JsonSchema(assignment.step, schema) if structured and schema else None,
        timeout_seconds=min(route.timeout_seconds, assignment.seconds_left),
    )
    reference = Reference(
        job_id=assignment.job_id, step=assignment.step, attempt=assignment.attempt
    )
    try:
        completion = complete(
            request,
            [Route(provider_id=route.provider_id or 0, model=route.model)],
            reference=reference,
            deadline_seconds=assignment.seconds_left,
        )
    except errors.ProviderError as error:
        raise _step_failed(error) from error
    return ModelAnswer(completion)


def _step_failed(error: errors.ProviderError) -> StepFailed:
    return StepFailed(
        error.code,
        str(error),
        user_message=error.user_message,
        retryable=error.retryable,
        retry_after=error.retry_after or timedelta(0),
        code_at_fault=isinstance(error, CODE_AT_FAULT),
    )


def _as_json(tried: dict[str, Any]) -> dict[str, Any]:
    return {**tried, "call_id": str(tried["call_id"]) if tried["call_id"] else None}
