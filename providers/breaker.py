"""Keeps calls from a provider's model that fails: opens, waits, and lets one call try it again.

The state is one row in the database, so that all processes agree. While all is well there is no
row, or a closed one, and it costs no statement: it is read with the provider, and the failures are
counted in the calls' own rows, only when one failed. What may be called when it is not closed is
decided by one conditional UPDATE.
"""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from operations import runtime_config
from operations.clock import Now, now_plus
from providers.errors import COUNTED, BudgetExhausted, CircuitOpen, ProviderError, Refused
from providers.models import ApiProvider, ProviderBreaker, ProviderCall
from providers.parameters import FAILURE_PERCENT, MINIMUM_CALLS, OPEN_SECONDS, WINDOW

State = ProviderBreaker.State
LEASE_SLACK_SECONDS = 30.0  # for writing the outcome of a probe down
SPREAD_SECONDS = 10.0  # so that what was kept waiting does not come back all at once


def admit(breaker: ProviderBreaker | None, *, call_id: UUID, longest_seconds: float) -> bool:
    """Let the call through, and say whether it is the one that tries an open breaker's model.

    Runs in the transaction that writes the call's intent. The probe has until the call's longest
    time is over; then another call may be it, since the probe's process must have died.
    Raises CircuitOpen, or BudgetExhausted where that is why it is open.
    """
    if breaker is None or breaker.state == State.CLOSED:
        return False
    rows = _rows(breaker.provider_id, breaker.model)
    is_it = Q(state=State.HALF_OPEN, probe=call_id)  # already: the commit was not confirmed
    due = rows.filter(is_it | Q(state__in=(State.OPEN, State.HALF_OPEN), probe_at__lte=Now()))
    lease = timedelta(seconds=longest_seconds + LEASE_SLACK_SECONDS)
    if due.update(state=State.HALF_OPEN, probe=call_id, probe_at=now_plus(lease)):
        return True
    raise _refusal(breaker, rows)


def answered(call_id: UUID) -> None:
    """The probe got an answer: close its breaker. Nothing, if it is not the probe any more."""
    _close(_probed(call_id))


def failed(
    provider_id: int, model: str, *, call_id: UUID, error: ProviderError, is_probe: bool
) -> None:
    """Draw the conclusion from a call that failed, once the commit of its row stands."""
    if is_probe:
        _settle_probe(call_id, error)
    elif error.opens or (error.counts and _fails_too_often(provider_id, model)):
        open_up(provider_id, model, reason=error.code)


def open_up(provider_id: int, model: str, *, reason: str) -> None:
    """Let nothing through for a while, from closed or when it was time to try again."""
    if not ApiProvider.objects.filter(pk=provider_id).exists():
        return
    ProviderBreaker.objects.get_or_create(provider_id=provider_id, model=model)
    due = Q(state=State.OPEN, probe_at__lte=Now())
    _open(_rows(provider_id, model).filter(Q(state=State.CLOSED) | due), reason)


def _settle_probe(call_id: UUID, error: ProviderError) -> None:
    """A provider that refuses one request for what is in it works; any other failure opens."""
    if isinstance(error, Refused) and not (error.counts or error.opens):
        _close(_probed(call_id))
    else:
        _open(_probed(call_id), error.code)


def _fails_too_often(provider_id: int, model: str) -> bool:
    window = timedelta(seconds=runtime_config.number(WINDOW.name))
    ended = ProviderCall.objects.filter(
        provider_id=provider_id, model=model, finished_at__gte=now_plus(-window)
    )
    row = _rows(provider_id, model).first()
    if row is not None and row.counts_from is not None:
        ended = ended.filter(started_at__gte=row.counts_from)
    seen = ended.aggregate(calls=Count("pk"), failures=Count("pk", filter=Q(error__in=COUNTED)))
    if seen["calls"] < runtime_config.number(MINIMUM_CALLS.name):
        return False
    share = runtime_config.number(FAILURE_PERCENT.name)
    return bool(seen["failures"] * 100 >= share * seen["calls"])


def _open(rows: QuerySet[ProviderBreaker], reason: str) -> None:
    seconds = runtime_config.number(OPEN_SECONDS.name)
    rows.update(
        state=State.OPEN,
        reason=reason,
        probe=None,
        probe_at=now_plus(timedelta(seconds=seconds)),
        openings=F("openings") + 1,
        changed_at=Now(),
    )


def _close(rows: QuerySet[ProviderBreaker]) -> None:
    rows.update(
        state=State.CLOSED,
        reason="",
        probe=None,
        probe_at=None,
        counts_from=Now(),
        changed_at=Now(),
    )


def _rows(provider_id: int, model: str) -> QuerySet[ProviderBreaker]:
    return ProviderBreaker.objects.filter(provider_id=provider_id, model=model)


def _probed(call_id: UUID) -> QuerySet[ProviderBreaker]:
    return ProviderBreaker.objects.filter(state=State.HALF_OPEN, probe=call_id)


def _refusal(breaker: ProviderBreaker, rows: QuerySet[ProviderBreaker]) -> ProviderError:
    """Why the call is not let through, with the time after which another try makes sense."""
    found = rows.annotate(now=Now()).values("probe_at", "now").first()
    told = f"The breaker of {breaker.provider.name} / {breaker.model} is {breaker.state}"
    if breaker.reason == BudgetExhausted.code:
        return BudgetExhausted(f"{told}: its provider's budget was used up.")
    wait = random.uniform(1, SPREAD_SECONDS)  # noqa: S311 - not a secret
    if found and found["probe_at"]:
        wait += max(0.0, (found["probe_at"] - found["now"]).total_seconds())
    why = f" ({breaker.reason})" if breaker.reason else ""
    return CircuitOpen(f"{told}{why}.", retry_after=timedelta(seconds=wait))
