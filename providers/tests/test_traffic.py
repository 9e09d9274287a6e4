"""Passive health: figures of real calls, for any number of providers in two queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from providers import traffic
from providers.models import ApiProvider, ProviderCall

pytestmark = pytest.mark.django_db


def call(provider: ApiProvider, state: str, latency_ms: int | None, **fields: object) -> None:
    started = {"started_at": timezone.now() - timedelta(minutes=1)}
    ProviderCall.objects.create(
        provider=provider,
        provider_name=provider.name,
        model="m",
        state=state,
        latency_ms=latency_ms,
        **{**started, **fields},
    )


def test_it_counts_what_ended(provider: ApiProvider) -> None:
    for state in ("succeeded", "succeeded", "failed", "intent"):
        call(provider, state, 10)
    figures = traffic.of([provider.pk])[provider.pk]
    assert (figures.calls, figures.succeeded) == (3, 2)
    assert str(figures) == "66.6 % of 3 calls"


def test_it_gives_percentiles_of_good_calls(provider: ApiProvider) -> None:
    for latency in range(1, 101):
        call(provider, "succeeded", latency)
    call(provider, "failed", 9999)
    figures = traffic.of([provider.pk])[provider.pk]
    assert (figures.p50_ms, figures.p95_ms) == (50, 95)


def test_it_gives_no_percentile_without_a_good_call(provider: ApiProvider) -> None:
    call(provider, "failed", 20)
    figures = traffic.of([provider.pk])[provider.pk]
    assert (figures.p50_ms, figures.p95_ms, figures.percent) == (None, None, 0.0)


def test_it_names_the_last_failure(provider: ApiProvider) -> None:
    call(provider, "failed", 20, error="server")
    call(provider, "failed", 20, error="rate-limit")
    call(provider, "succeeded", 20)
    failure = traffic.of([provider.pk])[provider.pk].last_failure
    assert failure is not None
    assert failure.error == "rate-limit"


def test_it_leaves_out_what_is_long_ago(provider: ApiProvider) -> None:
    call(provider, "succeeded", 1, started_at=timezone.now() - timedelta(hours=25))
    assert traffic.of([provider.pk]) == {}
    assert str(traffic.Traffic()) == "no calls"


def test_it_rounds_no_failure_away(provider: ApiProvider) -> None:
    assert str(traffic.Traffic(calls=10_000, succeeded=9_999)) == "99.9 % of 10,000 calls"
    assert str(traffic.Traffic(calls=1, succeeded=1)) == "100 % of 1 call"


def test_it_takes_as_many_queries_for_many_providers(
    make_provider: Callable[..., ApiProvider], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    several = [make_provider(name) for name in "ABC"]
    for each in several:
        call(each, "failed", 5)
    with django_assert_max_num_queries(3):  # the clock's is the third
        assert len(traffic.of([each.pk for each in several])) == 3
