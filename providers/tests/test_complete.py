"""One call through the one door: its row, its text, its failure, and no connection held."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from django.db import connection

from operations import outbound
from operations.database import database_lanes
from providers import errors
from providers.models import ApiProvider, ProviderCall
from providers.tests.asking import Purse, ask, fails
from providers.tests.fake_vendor import FakeVendor
from providers.types import Reference, Route

pytestmark = pytest.mark.django_db


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


def test_it_leaves_the_outcome_to_a_caller_that_keeps_the_answer(provider: ApiProvider) -> None:
    deferred: list[Callable[[], None]] = []
    ask(Route(provider.pk, "good"), defer=deferred.append)
    assert ProviderCall.objects.get().state == ProviderCall.State.INTENT
    deferred.pop()()
    assert ProviderCall.objects.get().state == ProviderCall.State.SUCCEEDED


def test_it_hands_on_the_text_and_keeps_when_it_began(
    provider: ApiProvider, vendor: FakeVendor
) -> None:
    pieces: list[str] = []
    answer = ask(Route(provider.pk, "good"), on_text=pieces.append)
    assert "".join(pieces) == answer.text
    assert answer.first_token_ms is not None
    assert answer.first_token_ms <= answer.latency_ms
    assert ProviderCall.objects.get().first_token_ms == answer.first_token_ms
    assert [call["streamed"] for call in vendor.calls_with(answer.call_id)] == [True]


def test_it_asks_for_whole_answers_where_streams_are_switched_off(
    make_provider: Callable[..., ApiProvider], vendor: FakeVendor
) -> None:
    pieces: list[str] = []
    whole = make_provider(streams=False)
    answer = ask(Route(whole.pk, "good"), on_text=pieces.append)
    assert (pieces, answer.first_token_ms) == ([], None)
    assert ProviderCall.objects.get().first_token_ms is None
    assert [call["streamed"] for call in vendor.calls_with(answer.call_id)] == [False]


def test_it_begins_the_text_anew_with_each_call(provider: ApiProvider) -> None:
    told: list[str] = []
    ask(Route(provider.pk, "good"))  # the first call of a process begins again after its imports
    routes = Route(provider.pk, "fault-stream-error"), Route(provider.pk, "good")
    answer = ask(*routes, on_text=told.append, hold=lambda: told.append("NEW"))
    assert told[-2:] == ["NEW", answer.text]
    assert told.count("NEW") == 2


def test_it_calls_a_vendor_in_its_own_protocol(
    make_provider: Callable[..., ApiProvider], vendor: FakeVendor
) -> None:
    fields = {"kind": "anthropic", "auth_type": "header", "header_name": "x-api-key"}
    native = make_provider(**fields)
    answer = ask(Route(native.pk, "good"))
    (call,) = vendor.calls_with(answer.call_id)
    assert (answer.text, call["path"]) == ("Ready.", "/v1/messages")
    assert answer.usage.input_tokens


def test_it_imports_the_adapter_before_it_writes_the_intent(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    prepared: set[str] = set()

    def prepare(kind: str) -> None:
        seen.append((kind, ProviderCall.objects.count()))
        prepared.add(kind)

    monkeypatch.setattr("providers.hop.is_prepared", prepared.__contains__)
    monkeypatch.setattr("providers.hop.prepare", prepare)
    ask(Route(provider.pk, "good"), Route(provider.pk, "good"))
    assert seen == [("openai-compatible", 0)]
    assert ProviderCall.objects.count() == 1


def test_it_writes_the_intent_before_it_calls(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Dying:
        def complete(self, *_: object) -> None:
            seen.extend(ProviderCall.objects.values_list("state", flat=True))
            raise KeyboardInterrupt

    monkeypatch.setattr("providers.hop.adapter_for", lambda _: Dying())
    with pytest.raises(KeyboardInterrupt):
        ask(Route(provider.pk, "good"))
    assert seen == ["intent"]
    assert ProviderCall.objects.get().state == ProviderCall.State.INTENT


def test_it_calls_nobody_when_the_caller_has_lost_its_right(
    provider: ApiProvider, vendor: FakeVendor
) -> None:
    class RightLost(Exception):
        pass

    def lost() -> None:
        raise RightLost

    before = len(vendor.calls())
    with pytest.raises(RightLost):
        ask(Route(provider.pk, "good"), Route(provider.pk, "good"), hold=lost)
    assert (len(vendor.calls()), ProviderCall.objects.count()) == (before, 0)


def test_it_records_why_a_call_failed(provider: ApiProvider) -> None:
    error = fails(Route(provider.pk, "fault-401"))
    call = ProviderCall.objects.get()
    assert (call.state, call.error) == (ProviderCall.State.FAILED, "authentication")
    assert "401" in call.detail
    assert call.cost_microdollars is None
    assert [(tried.error, tried.call_id) for tried in error.tried] == [
        ("authentication", call.call_id)
    ]


def test_it_writes_a_failure_of_our_own_down_before_it_goes_through(provider: ApiProvider) -> None:
    def break_down(_: str) -> None:
        raise ZeroDivisionError

    purse = Purse()
    with pytest.raises(ZeroDivisionError):
        ask(Route(provider.pk, "good"), guard=purse, on_text=break_down)
    call = ProviderCall.objects.get()
    assert (call.state, call.error) == (ProviderCall.State.FAILED, "unexpected")
    assert purse.told == [(call.call_id, None)]


def test_it_gives_users_a_message_without_internals() -> None:
    def leaves(kind: type[errors.ProviderError]) -> list[type[errors.ProviderError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    kinds = leaves(errors.ProviderError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.user_message.endswith(".") for kind in kinds)
    assert "secret detail" not in errors.ServerFailed("secret detail").user_message


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
