"""The one door: routes in order, one deadline, a row for each call, no more than may be sent."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from operations import outbound
from operations.database import database_lanes
from providers import errors, services
from providers.complete import complete
from providers.models import ApiProvider, ProviderApiKey, ProviderCall, ProviderModel
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor
from providers.types import Completion, CompletionRequest, Reference, Route

pytestmark = pytest.mark.django_db

REQUEST = CompletionRequest(system="Be brief.", user="Are you ready?")


def ask(*routes: Route, seconds: float = 20, **named: object) -> Completion:
    request = named.pop("request", REQUEST)
    return complete(request, routes, deadline_seconds=seconds, **named)  # type: ignore[arg-type]


def fails(*routes: Route, seconds: float = 20, **named: object) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        ask(*routes, seconds=seconds, **named)
    return caught.value


def test_it_returns_the_answer_and_records_the_call(
    provider: ApiProvider, vendor: FakeVendor
) -> None:
    reference = Reference(job_id=7, step="forensic", attempt=2)
    answer = ask(Route(provider.pk, "good"), reference=reference)
    call = ProviderCall.objects.get()
    assert (answer.text, answer.provider, answer.model) == ("Ready.", "Fake", "good")
    assert (call.state, call.call_id) == (ProviderCall.State.SUCCEEDED, answer.call_id)
    assert (call.job_id, call.step, call.attempt) == (7, "forensic", 2)
    assert call.finished_at is not None
    assert call.finished_at >= call.started_at
    assert (call.input_tokens, call.output_tokens) == (
        answer.usage.input_tokens,
        answer.usage.output_tokens,
    )
    assert len(vendor.calls_with(answer.call_id)) == 1


def test_it_writes_the_intent_before_it_calls(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Dying:
        def complete(self, *_: object) -> None:
            seen.extend(ProviderCall.objects.values_list("state", flat=True))
            raise KeyboardInterrupt

    monkeypatch.setattr("providers.complete.adapter_for", lambda _: Dying())
    with pytest.raises(KeyboardInterrupt):
        ask(Route(provider.pk, "good"))
    assert seen == ["intent"]
    assert ProviderCall.objects.get().state == ProviderCall.State.INTENT


def test_it_records_why_a_call_failed(provider: ApiProvider) -> None:
    error = fails(Route(provider.pk, "fault-401"))
    call = ProviderCall.objects.get()
    assert (call.state, call.error) == (ProviderCall.State.FAILED, "authentication")
    assert "401" in call.detail
    assert call.cost_microdollars is None
    assert [(tried.error, tried.call_id) for tried in error.tried] == [
        ("authentication", call.call_id)
    ]


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
    error = fails(Route(provider.pk, "fault-timeout"), Route(provider.pk, "good"), seconds=0.4)
    assert time.monotonic() - start < 5
    assert [tried.error for tried in error.tried] == ["timeout", "deadline"]
    assert error.retryable


def test_it_goes_on_when_only_one_call_s_time_is_over(provider: ApiProvider) -> None:
    request = replace(REQUEST, timeout_seconds=0.3)
    answer = ask(Route(provider.pk, "fault-timeout"), Route(provider.pk, "good"), request=request)
    assert answer.text == "Ready."


def test_it_calls_nobody_without_a_route() -> None:
    assert isinstance(fails(), errors.NotConfigured)


def test_it_sends_code_only_where_it_may_go(make_provider: Callable[..., ApiProvider]) -> None:
    closed = make_provider("Closed", may_receive_code=False)
    assert isinstance(fails(Route(closed.pk, "good")), errors.CodeNotAllowed)
    assert not ProviderCall.objects.exists()
    assert ask(Route(closed.pk, "good"), request=replace(REQUEST, contains_code=False)).text


def test_it_passes_over_a_provider_that_is_switched_off(
    make_provider: Callable[..., ApiProvider], provider: ApiProvider
) -> None:
    off = make_provider("Off", enabled=False)
    answer = ask(Route(off.pk, "good"), Route(provider.pk, "good"))
    assert [(tried.provider, tried.error) for tried in answer.tried] == [
        ("Off", "not-configured"),
        ("Fake", ""),
    ]


def test_it_uses_no_model_that_is_switched_off(provider: ApiProvider) -> None:
    ProviderModel.objects.create(provider=provider, name="good", enabled=False)
    assert isinstance(fails(Route(provider.pk, "good")), errors.NotConfigured)


def test_it_calls_no_deleted_provider() -> None:
    assert isinstance(fails(Route(12345, "good")), errors.NotConfigured)


def test_it_does_not_call_without_the_key(make_provider: Callable[..., ApiProvider]) -> None:
    keyless = make_provider(key="")
    assert isinstance(fails(Route(keyless.pk, "good")), errors.NotConfigured)
    assert not ProviderCall.objects.exists()


def test_it_calls_a_server_that_needs_no_key(make_provider: Callable[..., ApiProvider]) -> None:
    open_ = make_provider(key="", auth_type=ApiProvider.Auth.NONE)
    assert ask(Route(open_.pk, "good")).text == "Ready."


def test_it_asks_the_guard_before_every_call(provider: ApiProvider) -> None:
    asked: list[str] = []

    def guard(route: Route) -> None:
        asked.append(route.model)
        if len(asked) > 1:
            raise errors.BudgetExhausted

    error = fails(Route(provider.pk, "fault-500"), Route(provider.pk, "good"), guard=guard)
    assert asked == ["fault-500", "good"]
    assert [tried.error for tried in error.tried] == ["server", "budget"]
    assert ProviderCall.objects.count() == 1


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


def test_it_refuses_a_key_that_was_moved_to_another_provider(
    make_provider: Callable[..., ApiProvider], provider: ApiProvider
) -> None:
    other = make_provider("Other")
    foreign = provider.keys.get()
    ProviderApiKey.objects.filter(provider=other).update(ciphertext=foreign.ciphertext)
    error = fails(Route(other.pk, "good"))
    assert isinstance(error, errors.NotConfigured)
    assert not ProviderCall.objects.exists()


def test_it_keeps_the_key_out_of_rows_logs_and_errors(
    provider: ApiProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error = fails(Route(provider.pk, "fault-401"), Route(provider.pk, "fault-reset"))
    ask(Route(provider.pk, "good"))
    rows = list(ProviderCall.objects.values_list())
    told = f"{caplog.text} {rows} {error!r} {error.tried} {error.__context__!r}"
    assert CANARY not in told
    assert CANARY[-4:] not in f"{rows} {error!r}"


def test_it_gives_users_a_message_without_internals() -> None:
    def leaves(kind: type[errors.ProviderError]) -> list[type[errors.ProviderError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    kinds = leaves(errors.ProviderError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.user_message.endswith(".") for kind in kinds)
    assert "secret detail" not in errors.ServerFailed("secret detail").user_message


def test_it_uses_the_newest_key(provider: ApiProvider) -> None:
    from operations.secrets import Secret
    from providers.endpoints import endpoint_of

    services.set_key(provider=provider, key=Secret("sk-newer-key-0002"), by=None, address=None)
    key = endpoint_of(provider).key
    assert key is not None
    assert key.reveal() == "Bearer sk-newer-key-0002"


@pytest.mark.django_db(transaction=True)
def test_it_holds_no_database_connection_while_it_waits(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[object] = []
    real = outbound.within

    def watching(seconds: float) -> AbstractContextManager[None]:
        held.append(connection.connection)
        return real(seconds)

    def work() -> str:
        return ask(Route(provider.pk, "good")).text

    monkeypatch.setattr(outbound, "within", watching)
    with database_lanes(1), ThreadPoolExecutor(1) as worker:
        assert worker.submit(work).result() == "Ready."
    assert held == [None]
