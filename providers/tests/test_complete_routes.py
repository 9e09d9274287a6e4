"""Routes are tried in their order, within one deadline, each in its own way."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from providers import errors
from providers.models import ApiProvider, ProviderCall
from providers.tests.asking import REQUEST, ask, fails
from providers.types import Route

pytestmark = pytest.mark.django_db


def test_it_goes_on_to_the_next_route(provider: ApiProvider) -> None:
    answer = ask(Route(provider.pk, "fault-500"), Route(provider.pk, "good"))
    assert [tried.error for tried in answer.tried] == ["server", ""]
    assert ProviderCall.objects.count() == 2


def test_it_tries_each_route_once(provider: ApiProvider) -> None:
    fails(Route(provider.pk, "fault-429"), Route(provider.pk, "fault-500"))
    assert ProviderCall.objects.count() == 2


def test_it_raises_the_failure_that_gives_most_hope(provider: ApiProvider) -> None:
    error = fails(
        Route(provider.pk, "fault-401"),
        Route(provider.pk, "fault-429-retry-after"),
        Route(provider.pk, "fault-503"),
    )
    assert isinstance(error, errors.ServerFailed)
    assert error.retry_after == timedelta(seconds=3)
    assert len(error.tried) == 3


def test_it_ends_at_the_deadline_of_all_routes_together(provider: ApiProvider) -> None:
    start = time.monotonic()
    error = fails(Route(provider.pk, "fault-timeout"), Route(provider.pk, "good"), seconds=1.5)
    assert time.monotonic() - start < 5
    assert [tried.error for tried in error.tried] == ["timeout", "deadline"]
    assert error.retryable


def test_it_goes_on_when_only_one_call_s_time_is_over(provider: ApiProvider) -> None:
    request = replace(REQUEST, timeout_seconds=0.3)
    answer = ask(Route(provider.pk, "fault-timeout"), Route(provider.pk, "good"), request=request)
    assert answer.text == "Ready."


def test_it_calls_nobody_without_a_route() -> None:
    assert isinstance(fails(), errors.NotConfigured)


def test_it_asks_a_route_in_the_routes_own_way() -> None:
    request = replace(REQUEST, temperature=0.1, max_tokens=100, timeout_seconds=9.0)
    asked = Route(1, "good", temperature=0.9, timeout_seconds=5.0).applied_to(request)
    assert (asked.temperature, asked.max_tokens, asked.timeout_seconds) == (0.9, 100, 5.0)


def test_it_keeps_a_call_to_its_routes_own_time(provider: ApiProvider) -> None:
    slow = Route(provider.pk, "fault-timeout", timeout_seconds=0.3)
    answer = ask(slow, Route(provider.pk, "good"))
    assert [tried.error for tried in answer.tried] == ["timeout", ""]
