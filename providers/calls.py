"""The rows of provider calls: begun before a call, ended after it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now

from operations.prepared import Insert, Update, binder
from providers.errors import LONGEST_DETAIL, ProviderError
from providers.models import ProviderCall
from providers.types import Answer, Reference

_bind = binder(ProviderCall)
INTENT = Insert(
    ProviderCall(
        call_id=_bind("call_id"),
        provider_id=_bind("provider"),
        provider_name=_bind("provider_name"),
        model=_bind("model"),
        job_id=_bind("job_id"),
        step=_bind("step"),
        attempt=_bind("attempt"),
        started_at=Now(),
    )
)
SUCCESS = Update(
    ProviderCall.objects.filter(call_id=_bind("call_id"), state=ProviderCall.State.INTENT),
    state=ProviderCall.State.SUCCEEDED,
    finished_at=Now(),
    latency_ms=_bind("latency_ms"),
    first_token_ms=_bind("first_token_ms"),
    input_tokens=_bind("input_tokens"),
    output_tokens=_bind("output_tokens"),
    cost_microdollars=_bind("cost_microdollars"),
)


def begin(
    call_id: UUID, *, provider_id: int, provider_name: str, model: str, reference: Reference
) -> None:
    """Write down that a call is about to be made."""
    INTENT.send(
        call_id=call_id,
        provider=provider_id,
        provider_name=provider_name,
        model=model,
        job_id=reference.job_id,
        step=reference.step,
        attempt=reference.attempt,
    )


def is_begun(call_id: UUID) -> bool:
    """Whether it is written down that this call is about to be made."""
    return _intent(call_id).exists()


def succeeded(call_id: UUID, *, answer: Answer, cost: int | None, latency_ms: int) -> None:
    """Complete a call's row with what it took."""
    SUCCESS.send(
        call_id=call_id,
        latency_ms=latency_ms,
        first_token_ms=answer.first_token_ms,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        cost_microdollars=cost,
    )


def failed(call_id: UUID, *, error: ProviderError, latency_ms: int) -> None:
    """Complete a call's row with why it gave no answer."""
    _intent(call_id).update(
        state=ProviderCall.State.FAILED,
        finished_at=Now(),
        latency_ms=latency_ms,
        error=error.code,
        detail=str(error)[:LONGEST_DETAIL],
    )


def trace_of(job_id: int) -> list[dict[str, Any]]:
    """Every call made for a job, over all attempts, in the order in which they began.

    In the form of ``Tried``, with ``step``, ``attempt`` and ``state``: "intent" is a call whose
    outcome is not known, because its worker vanished.
    """
    made = ProviderCall.objects.filter(job_id=job_id).order_by("pk")
    return [
        {
            "provider": call.provider_name,
            "model": call.model,
            "error": call.error,
            "call_id": str(call.call_id),
            "latency_ms": call.latency_ms,
            "cost_microdollars": call.cost_microdollars,
            "step": call.step,
            "attempt": call.attempt,
            "state": call.state,
        }
        for call in made
    ]


def _intent(call_id: UUID) -> QuerySet[ProviderCall]:
    return ProviderCall.objects.filter(call_id=call_id, state=ProviderCall.State.INTENT)
