"""What a call may cost is asked of the guard before it, and what it did is told after it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from providers.models import ApiProvider, ProviderCall, ProviderModel
from providers.tests.asking import REQUEST, Purse, ask, fails
from providers.types import Route

pytestmark = pytest.mark.django_db


def test_it_asks_the_guard_before_every_call(provider: ApiProvider) -> None:
    guard = Purse(calls=1)
    error = fails(Route(provider.pk, "fault-500"), Route(provider.pk, "good"), guard=guard)
    assert [planned.model for planned in guard.asked] == ["fault-500", "good"]
    assert [tried.error for tried in error.tried] == ["server", "budget"]
    assert ProviderCall.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "told"),
    [("fault-500", "free"), ("fault-401", "free"), ("fault-html-200", None), ("fault-reset", None)],
)
def test_it_tells_the_guard_which_failures_may_cost(
    provider: ApiProvider, model: str, told: object
) -> None:
    guard = Purse()
    fails(Route(provider.pk, model), guard=guard)
    assert guard.told == [(guard.asked[0].call_id, told)]


def test_it_tells_the_guard_what_a_call_may_cost_and_what_it_did(provider: ApiProvider) -> None:
    ProviderModel.objects.create(
        provider=provider, name="good", input_price=0, output_price=1_000_000
    )
    guard = Purse()
    request = replace(REQUEST, max_tokens=500)
    answer = ask(Route(provider.pk, "good"), guard=guard, request=request)
    assert guard.asked[0].estimate() == 500
    assert guard.told == [(answer.call_id, answer.usage.output_tokens)]


def test_it_counts_the_cost_by_the_administrator_s_prices(provider: ApiProvider) -> None:
    ProviderModel.objects.create(
        provider=provider, name="good", input_price=2_000_000, output_price=10_000_000
    )
    answer = ask(Route(provider.pk, "good"))
    read, written = answer.usage.input_tokens or 0, answer.usage.output_tokens or 0
    assert answer.cost_microdollars == 2 * read + 10 * written
    assert ProviderCall.objects.get().cost_microdollars == answer.cost_microdollars


def test_it_leaves_an_unknown_cost_unknown(provider: ApiProvider) -> None:
    assert ask(Route(provider.pk, "good")).cost_microdollars is None
    assert ProviderCall.objects.get().cost_microdollars is None
