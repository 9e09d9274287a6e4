"""What operators see of the providers and the calls to them: for /health and /metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.metrics_core import Metric

from operations.health import Finding, State
from providers.models import ApiProvider, ProviderBreaker, ProviderCall, ProviderHealth


def providers() -> Finding:
    """The last known state of each enabled provider; a failed one is degraded, as is one of whose
    models some may not be called now. Calls nobody.
    """
    known = _with_last_error().filter(enabled=True).order_by("name")
    enabled = list(known.prefetch_related("breakers"))
    facts = {provider.name: _facts(provider) for provider in enabled}
    failed = any(
        provider.status == ApiProvider.Status.FAILED or facts[provider.name]["breakers"]
        for provider in enabled
    )
    return Finding(State.DEGRADED if failed else State.OK, facts)


def _facts(provider: ApiProvider) -> dict[str, Any]:
    facts = {
        "status": provider.status,
        "checked_at": provider.checked_at.isoformat() if provider.checked_at else None,
        "breakers": _kept_from(provider),
    }
    if provider.status == ApiProvider.Status.FAILED:
        facts["error"] = provider.last_code  # type: ignore[attr-defined]  # annotated below
    return facts


def _with_last_error() -> QuerySet[ApiProvider]:
    """Providers with the code of their last check's error, which cannot quote anything secret."""
    checks = ProviderHealth.objects.filter(provider=OuterRef("pk")).order_by("-checked_at", "-pk")
    return ApiProvider.objects.annotate(last_code=Subquery(checks.values("error")[:1]))


def health_metrics() -> Iterator[Metric]:
    """The status of enabled providers, and when it was found."""
    up = GaugeMetricFamily(
        "aitp_provider_up",
        "1 if the last check of an enabled provider succeeded, 0 if not; none before the first",
        labels=["provider"],
    )
    checked = GaugeMetricFamily(
        "aitp_provider_checked_timestamp_seconds", "Time of the last check", labels=["provider"]
    )
    for provider in ApiProvider.objects.filter(enabled=True).order_by("name"):
        if provider.status != ApiProvider.Status.UNTESTED and provider.checked_at is not None:
            is_up = provider.status == ApiProvider.Status.CONNECTED
            up.add_metric([provider.name], float(is_up))
            checked.add_metric([provider.name], provider.checked_at.timestamp())
    yield from (up, checked)


def metrics() -> Iterator[Metric]:
    """Calls, tokens, cost and waiting time by provider and model, from the calls' own rows."""
    names = ["provider", "model"]
    calls = CounterMetricFamily(
        "aitp_provider_calls",
        "Calls; those in flight or cut off are intents",
        labels=[*names, "state"],
    )
    tokens = CounterMetricFamily("aitp_provider_tokens", "Tokens", labels=[*names, "direction"])
    cost = CounterMetricFamily(
        "aitp_provider_cost_dollars", "Cost of calls with a known price", labels=names
    )
    seconds = SummaryMetricFamily("aitp_provider_call_seconds", "Time of ended calls", labels=names)
    for row in _grouped(*names, "state"):
        calls.add_metric([row["provider_name"], row["model"], row["state"]], row["calls"])
    for row in _grouped(*names):
        who = [row["provider_name"], row["model"]]
        tokens.add_metric([*who, "input"], row["input"] or 0)
        tokens.add_metric([*who, "output"], row["output"] or 0)
        cost.add_metric(who, (row["cost"] or 0) / 1_000_000)
        seconds.add_metric(who, row["timed"], (row["latency"] or 0) / 1000)
    yield from (calls, tokens, cost, seconds)
    yield from _breaker_metrics()


def _breaker_metrics() -> Iterator[Metric]:
    names = ["provider", "model"]
    state = GaugeMetricFamily(
        "aitp_provider_breaker_state",
        "1 for the state in which the breaker of a model is; no line where it never opened",
        labels=[*names, "state"],
    )
    openings = CounterMetricFamily(
        "aitp_provider_breaker_openings", "How often a breaker opened", labels=names
    )
    for row in ProviderBreaker.objects.select_related("provider"):
        who = [row.provider.name, row.model]
        for each in ProviderBreaker.State.values:
            state.add_metric([*who, each], float(row.state == each))
        openings.add_metric(who, row.openings)
    yield from (state, openings)


def _kept_from(provider: ApiProvider) -> dict[str, str]:
    """Model -> state of those breakers that are not closed."""
    closed = ProviderBreaker.State.CLOSED
    return {row.model: row.state for row in provider.breakers.all() if row.state != closed}


def _grouped(*labels: str) -> Iterator[dict[str, Any]]:
    columns = ["provider_name" if label == "provider" else label for label in labels]
    rows = ProviderCall.objects.order_by().values(*columns)
    yield from rows.annotate(
        calls=Count("id"),
        input=Sum("input_tokens"),
        output=Sum("output_tokens"),
        cost=Sum("cost_microdollars"),
        timed=Count("latency_ms"),
        latency=Sum("latency_ms"),
    )
