"""The rows of provider calls: begun before a call, ended after it."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.db.models.functions import Now

from providers.errors import ProviderError
from providers.models import ProviderCall
from providers.types import Reference, Usage

LONGEST_DETAIL = 500


def begin(*, provider_id: int, provider_name: str, model: str, reference: Reference) -> UUID:
    """Write down that a call is about to be made; returns its id."""
    call_id = uuid4()
    ProviderCall.objects.create(
        call_id=call_id,
        provider_id=provider_id,
        provider_name=provider_name,
        model=model,
        job_id=reference.job_id,
        step=reference.step,
        attempt=reference.attempt,
        started_at=Now(),
    )
    return call_id


def succeeded(call_id: UUID, *, usage: Usage, cost: int | None, latency_ms: int) -> None:
    """Complete a call's row with what it took."""
    _intent(call_id).update(
        state=ProviderCall.State.SUCCEEDED,
        finished_at=Now(),
        latency_ms=latency_ms,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
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


def _intent(call_id: UUID) -> QuerySet[ProviderCall]:
    return ProviderCall.objects.filter(call_id=call_id, state=ProviderCall.State.INTENT)
