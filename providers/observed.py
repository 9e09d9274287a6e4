"""What operators see of the providers and the calls to them: for /health and /metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum
from prometheus_client.core import CounterMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric

from operations.health import Finding, State
from providers.models import ApiProvider, ProviderCall


def providers() -> Finding:
    """The last known state of each enabled provider; a failed one is degraded."""
    enabled = list(ApiProvider.objects.filter(enabled=True).order_by("name"))
    failed = any(provider.status == ApiProvider.Status.FAILED for provider in enabled)
    facts = {
        provider.name: {
            "status": provider.status,
            "checked_at": provider.checked_at.isoformat() if provider.checked_at else None,
        }
        for provider in enabled
    }
    return Finding(State.DEGRADED if failed else State.OK, facts)


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
