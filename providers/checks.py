"""Asks a provider for its models, which costs nothing, and keeps how that went.

Tests, syncs and probes are all such checks; the outcome of the last one is the provider's status.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from operations import outbound, runtime_config
from operations.clock import database_now, now_plus
from operations.database import in_database
from providers.adapters import ModelInfo, adapter_for, prepare
from providers.endpoints import endpoint_of
from providers.errors import LONGEST_DETAIL, ProviderError
from providers.models import ApiProvider, ProviderHealth
from providers.parameters import HEALTH_DAYS


@dataclass(frozen=True)
class Outcome:
    """What came of asking: the models (none if it failed) and the error (None if it did not)."""

    listed: list[ModelInfo]
    error: ProviderError | None
    latency_ms: int


def ask(provider: ApiProvider, seconds: float) -> Outcome:
    """List the provider's models within ``seconds``; call it outside of any transaction."""
    prepare(provider.kind)
    start = time.monotonic()
    error: ProviderError | None = None
    listed: list[ModelInfo] = []
    try:
        endpoint = in_database(endpoint_of, provider)
        with outbound.within(seconds):
            listed = adapter_for(endpoint.kind).list_models(endpoint, seconds)
    except ProviderError as failure:
        error = failure
    return Outcome(listed, error, int((time.monotonic() - start) * 1000))


def keep(provider: ApiProvider, outcome: Outcome, source: str) -> ProviderHealth:
    """Add the outcome to the provider's history and make it its status.

    ``provider`` is as it was read before it was asked. If it was changed meanwhile the outcome
    says nothing of how it is called now and its status stays; if it was deleted, the returned row
    is not stored and has no primary key.
    """
    error = outcome.error
    health = ProviderHealth(
        provider=provider,
        source=source,
        checked_at=database_now(),
        ok=error is None,
        error=error.code if error else "",
        detail=str(error)[:LONGEST_DETAIL] if error else "",
        latency_ms=outcome.latency_ms,
    )
    with transaction.atomic():
        current = ApiProvider.objects.select_for_update().filter(pk=provider.pk).first()
        if current is not None:
            health.save()
            if current.updated_at == provider.updated_at:
                _make_status(current, health)
    return health


def purge_old() -> int:
    """Delete what is older than ``provider_health_days``; returns how many rows."""
    days = timedelta(days=runtime_config.number(HEALTH_DAYS.name))
    return ProviderHealth.objects.filter(checked_at__lt=now_plus(-days)).delete()[0]


def _make_status(provider: ApiProvider, health: ProviderHealth) -> None:
    provider.status = ApiProvider.Status.CONNECTED if health.ok else ApiProvider.Status.FAILED
    provider.last_error, provider.checked_at = health.detail, health.checked_at
    provider.save(update_fields=["status", "last_error", "checked_at"])
