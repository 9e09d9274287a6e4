"""Breakers: opened by failures, tried again by exactly one call, worked by hand, never bypassed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from operations import runtime_config
from operations.clock import now_plus
from operations.database import database_lanes
from providers import breaker, errors, hop, observed, tripping
from providers.complete import complete
from providers.models import ApiProvider, ProviderBreaker, ProviderCall, ProviderChange
from providers.tests.asking import REQUEST, Purse, ask, fails
from providers.tests.fake_vendor import FakeVendor
from providers.types import Planned, Route

pytestmark = pytest.mark.django_db

State = ProviderBreaker.State
CALLERS = 8


@pytest.fixture(autouse=True)
def three_calls_decide(db: None) -> None:
    runtime_config.change("breaker_minimum_calls", "3")


def state_of(model: str = "fault-500") -> str:
    row = ProviderBreaker.objects.filter(model=model).first()
    return row.state if row else State.CLOSED


def fail_often(provider: ApiProvider, model: str = "fault-500", times: int = 3) -> None:
    for _ in range(times):
        fails(Route(provider.pk, model))


def opened(provider: ApiProvider, model: str = "good", **fields: object) -> ProviderBreaker:
    """An open breaker whose time is over."""
    values = {"state": State.OPEN, "reason": "server", "probe_at": now_plus(-timedelta(seconds=1))}
    return ProviderBreaker.objects.create(provider=provider, model=model, **values | fields)


def test_it_opens_at_the_failure_rate_and_sends_nothing_more(
    provider: ApiProvider, vendor: FakeVendor
) -> None:
    fail_often(provider)
    sent = len(vendor.calls())
    error = fails(Route(provider.pk, "fault-500"))
    assert isinstance(error, errors.CircuitOpen)
    assert error.retry_after is not None and error.retry_after > timedelta(seconds=50)
    assert len(vendor.calls()) == sent
    assert ProviderBreaker.objects.get().reason == "server"


def test_it_goes_on_to_the_next_route_past_an_open_breaker(provider: ApiProvider) -> None:
    fail_often(provider)
    answer = ask(Route(provider.pk, "fault-500"), Route(provider.pk, "good"))
    assert [tried.error for tried in answer.tried] == ["circuit-open", ""]


def test_it_stays_closed_below_the_least_number_of_calls(provider: ApiProvider) -> None:
    fail_often(provider, times=2)
    assert not ProviderBreaker.objects.exists()


def test_it_stays_closed_below_the_failure_rate(provider: ApiProvider) -> None:
    runtime_config.change("breaker_failure_percent", "60")
    fail_often(provider, times=2)
    ProviderCall.objects.update(model="good")
    for _ in range(2):
        ask(Route(provider.pk, "good"))
    breaker.failed(
        provider.pk, "good", call_id=uuid4(), error=errors.ServerFailed(), is_probe=False
    )
    assert not ProviderBreaker.objects.exists()


def test_it_forgets_failures_older_than_its_window(provider: ApiProvider) -> None:
    fail_often(provider, times=2)
    ProviderCall.objects.update(finished_at=now_plus(-timedelta(seconds=400)))
    fail_often(provider, times=1)
    assert not ProviderBreaker.objects.exists()


@pytest.mark.parametrize(
    "model", ["fault-bad-request", "fault-context-length", "fault-content-filter"]
)
def test_it_does_not_count_what_the_request_is_at_fault_for(
    provider: ApiProvider, model: str
) -> None:
    fail_often(provider, model)
    assert not ProviderBreaker.objects.exists()


def test_it_opens_at_once_when_the_account_is_used_up(provider: ApiProvider) -> None:
    fails(Route(provider.pk, "fault-402"))
    assert state_of("fault-402") == State.OPEN


def test_it_opens_at_once_when_the_providers_budget_is_used_up(provider: ApiProvider) -> None:
    class Empty(Purse):
        def reserve(self, planned: Planned) -> None:
            raise errors.BudgetExhausted(of_provider=True)

    fails(Route(provider.pk, "good"), guard=Empty())
    assert ProviderBreaker.objects.get().reason == "budget"
    again = fails(Route(provider.pk, "good"))
    assert isinstance(again, errors.BudgetExhausted)
    assert not ProviderCall.objects.exists()


def test_it_leaves_the_breaker_alone_when_another_budget_is_used_up(provider: ApiProvider) -> None:
    fails(Route(provider.pk, "good"), guard=Purse(calls=0))
    assert not ProviderBreaker.objects.exists()


def test_it_closes_when_the_probe_is_answered(provider: ApiProvider) -> None:
    opened(provider)
    assert ask(Route(provider.pk, "good")).text
    row = ProviderBreaker.objects.get()
    assert (row.state, row.reason, row.probe) == (State.CLOSED, "", None)


def test_it_closes_although_the_outcome_is_written_later(provider: ApiProvider) -> None:
    opened(provider)
    ask(Route(provider.pk, "good"), defer=lambda _: None)
    assert state_of("good") == State.CLOSED


def test_it_opens_again_when_the_probe_fails(provider: ApiProvider) -> None:
    opened(provider, "fault-500")
    fails(Route(provider.pk, "fault-500"))
    row = ProviderBreaker.objects.get()
    assert (row.state, row.openings) == (State.OPEN, 1)
    assert isinstance(fails(Route(provider.pk, "fault-500")), errors.CircuitOpen)


def test_it_closes_when_the_probe_is_refused_for_what_is_in_it(provider: ApiProvider) -> None:
    opened(provider, "fault-bad-request")
    fails(Route(provider.pk, "fault-bad-request"))
    assert state_of("fault-bad-request") == State.CLOSED


def test_it_takes_no_probe_from_a_call_that_is_not_made(provider: ApiProvider) -> None:
    opened(provider)
    fails(Route(provider.pk, "good"), guard=Purse(calls=0))
    assert state_of("good") == State.OPEN
    assert ask(Route(provider.pk, "good")).text


def test_it_counts_no_failure_from_before_it_closed(provider: ApiProvider) -> None:
    fail_often(provider)
    tripping.reset(provider=provider, model="fault-500", by=None, address=None)
    fail_often(provider, times=2)
    assert state_of() == State.CLOSED
    fail_often(provider, times=1)
    assert state_of() == State.OPEN


def test_it_waits_for_a_probe_that_is_under_way(provider: ApiProvider) -> None:
    later = now_plus(timedelta(seconds=20))
    opened(provider, state=State.HALF_OPEN, probe=uuid4(), probe_at=later)
    assert isinstance(fails(Route(provider.pk, "good")), errors.CircuitOpen)


def test_it_probes_anew_when_the_process_of_a_probe_died(provider: ApiProvider) -> None:
    dead = uuid4()
    opened(provider, state=State.HALF_OPEN, probe=dead)
    assert ask(Route(provider.pk, "good")).text
    assert state_of("good") == State.CLOSED


def test_it_hears_no_more_of_a_probe_that_lost_its_turn(provider: ApiProvider) -> None:
    opened(provider, state=State.HALF_OPEN, probe=uuid4())
    breaker.answered(uuid4())
    assert state_of("good") == State.HALF_OPEN


def test_it_lets_nothing_through_while_tripped_by_hand(
    provider: ApiProvider, vendor: FakeVendor
) -> None:
    tripping.trip(provider=provider, model="good", by=None, address=None)
    sent = len(vendor.calls())
    assert isinstance(fails(Route(provider.pk, "good")), errors.CircuitOpen)
    assert len(vendor.calls()) == sent
    tripping.reset(provider=provider, model="good", by=None, address=None)
    assert ask(Route(provider.pk, "good")).text


def test_it_notes_what_is_done_by_hand(provider: ApiProvider) -> None:
    tripping.trip(provider=provider, model="good", by=None, address=None)
    note = ProviderChange.objects.latest("pk")
    assert (note.action, note.details) == (
        "breaker.trip",
        {"model": "good", "state": ["closed", "tripped"]},
    )


def test_it_asks_the_database_no_more_often_while_all_is_well(provider: ApiProvider) -> None:
    ask(Route(provider.pk, "good"))
    with CaptureQueriesContext(connection) as captured:
        ask(Route(provider.pk, "good"), defer=lambda _: None)
    sent = [query["sql"].split()[0] for query in captured]
    assert [verb for verb in sent if verb in ("SELECT", "INSERT", "UPDATE")] == ["SELECT", "INSERT"]


def test_it_is_seen_in_metrics_and_health(provider: ApiProvider) -> None:
    fail_often(provider)
    samples = [sample for metric in observed.metrics() for sample in metric.samples]
    states = {s.labels["state"]: s.value for s in samples if s.name.endswith("breaker_state")}
    assert states == {"closed": 0, "open": 1, "half-open": 0, "tripped": 0}
    assert observed.providers().facts["Fake"]["breakers"] == {"fault-500": "open"}


@pytest.mark.django_db(transaction=True)
def test_it_lets_exactly_one_of_many_probe(
    make_provider: Callable[..., ApiProvider], vendor: FakeVendor
) -> None:
    runtime_config.change("breaker_open_seconds", "600")
    provider = make_provider()
    opened(provider, "fault-500")
    start = Barrier(CALLERS)

    def call(_: int) -> str:
        start.wait(timeout=30)
        try:
            complete(REQUEST, [Route(provider.pk, "fault-500")], deadline_seconds=60)
        except errors.ProviderError as error:
            return error.code
        return ""

    sent = len(vendor.calls())
    with database_lanes(CALLERS), ThreadPoolExecutor(CALLERS) as callers:
        outcomes = sorted(callers.map(call, range(CALLERS)))
    assert outcomes == ["circuit-open"] * (CALLERS - 1) + ["server"]
    assert len(vendor.calls()) - sent == 1
    assert ProviderBreaker.objects.get().state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_it_opens_once_however_many_calls_fail_together(
    make_provider: Callable[..., ApiProvider],
) -> None:
    provider = make_provider()
    start = Barrier(CALLERS)

    def call(_: int) -> None:
        start.wait(timeout=30)
        with pytest.raises(errors.ProviderError):
            complete(REQUEST, [Route(provider.pk, "fault-500")], deadline_seconds=60)

    with database_lanes(CALLERS), ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(call, range(CALLERS)))
    row = ProviderBreaker.objects.get()
    assert (row.state, row.openings) == (State.OPEN, 1)


def test_it_does_not_count_a_call_that_was_left_too_little_time(provider: ApiProvider) -> None:
    late = fails(
        Route(provider.pk, "fault-timeout", timeout_seconds=1),
        Route(provider.pk, "fault-timeout", timeout_seconds=60),
        seconds=1.3,
    )
    assert [tried.error for tried in late.tried] == ["timeout", "cut-short"]
    assert ("cut-short" in errors.COUNTED, "cut-short" in errors.FREE) == (False, False)


@pytest.mark.parametrize("model_is_open", [False, True])
def test_it_makes_the_call_whose_intent_was_kept_though_nobody_confirmed_it(
    model_is_open: bool, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    if model_is_open:
        opened(provider)
    begin, purse = hop.Hop._begin, Purse()
    unconfirmed = iter([OperationalError(2013, "Lost connection to server during query")])

    def lose_the_first(turn: hop.Hop) -> hop.Target:
        target = begin(turn)
        for error in unconfirmed:
            raise error
        return target

    monkeypatch.setattr(hop.Hop, "_begin", lose_the_first)
    assert ask(Route(provider.pk, "good"), guard=purse).text
    assert ProviderCall.objects.get().state == ProviderCall.State.SUCCEEDED
    assert (len(purse.asked), state_of("good")) == (1, State.CLOSED)
