"""What administrators do with breakers by hand: trip one, reset one; each noted and audited."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from operations.clock import database_now
from providers.changes import note
from providers.models import ApiProvider, ProviderBreaker

State = ProviderBreaker.State


def trip(
    *, provider: ApiProvider, model: str, by: User | None, address: str | None
) -> ProviderBreaker:
    """Let nothing through to a provider's model until somebody resets its breaker."""
    changes = {"state": State.TRIPPED, "reason": "", "probe": None, "probe_at": None}
    return _set(provider, model, "breaker.trip", by, address, changes)


def reset(
    *, provider: ApiProvider, model: str, by: User | None, address: str | None
) -> ProviderBreaker:
    """Close a breaker, whatever opened it. Failures up to now do not count any more."""
    changes = {
        "state": State.CLOSED,
        "reason": "",
        "probe": None,
        "probe_at": None,
        "counts_from": database_now(),
    }
    return _set(provider, model, "breaker.reset", by, address, changes)


@transaction.atomic
def _set(
    provider: ApiProvider,
    model: str,
    action: str,
    by: User | None,
    address: str | None,
    changes: dict[str, Any],
) -> ProviderBreaker:
    ProviderBreaker.objects.get_or_create(provider=provider, model=model)
    row = ProviderBreaker.objects.select_for_update().get(provider=provider, model=model)
    before = row.state
    for name, value in changes.items():
        setattr(row, name, value)
    row.changed_at = database_now()
    row.save()
    note(provider, action, by, address, {"model": model, "state": [before, row.state]})
    return row
