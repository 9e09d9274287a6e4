"""What every adapter promises, held against every fault of the pretend vendor."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest

from operations import outbound
from operations.secrets import Secret
from providers import errors
from providers.adapters import KINDS, Endpoint, adapter_for
from providers.fake.faults import KINDS as FAULTS
from providers.models import ApiProvider
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor
from providers.types import Answer, CompletionRequest, Finish, JsonSchema

REQUEST = CompletionRequest(system="Be brief.", user="Are you ready?", max_tokens=50)

MEANING: dict[str, type[errors.ProviderError]] = {
    "401": errors.AuthenticationFailed,
    "402": errors.CreditExhausted,
    "403": errors.PermissionDenied,
    "429": errors.RateLimited,
    "429-retry-after": errors.RateLimited,
    "quota": errors.CreditExhausted,
    "500": errors.ServerFailed,
    "503": errors.ServerFailed,
    "timeout": errors.CallTimedOut,
    "reset": errors.ConnectionFailed,
    "truncated": errors.ConnectionFailed,
    "malformed": errors.MalformedAnswer,
    "empty": errors.EmptyAnswer,
    "html": errors.ServerFailed,
    "html-200": errors.MalformedAnswer,
    "drip": errors.CallTimedOut,
    "oversized": errors.AnswerTooLarge,
    "redirect": errors.MalformedAnswer,
    "unknown-model": errors.UnknownModel,
    "context-length": errors.ContextTooLong,
    "bad-request": errors.BadRequest,
    "refusal": errors.ContentFiltered,
    "content-filter": errors.ContentFiltered,
}
WAITING = {"timeout", "drip"}


@pytest.fixture(params=sorted(KINDS))
def endpoint(request: pytest.FixtureRequest, vendor: FakeVendor) -> Endpoint:
    return Endpoint(
        kind=request.param,
        base_url=vendor.base_url,
        key_header="Authorization",
        key=Secret(f"Bearer {CANARY}"),
        extra_headers={},
        structured_output="schema",
    )


def ask(
    endpoint: Endpoint, model: str, request: CompletionRequest = REQUEST, seconds: float = 20
) -> Answer:
    with outbound.within(seconds):
        return adapter_for(endpoint.kind).complete(endpoint, model, request, uuid4())


def test_it_has_an_adapter_for_each_kind_that_can_be_chosen() -> None:
    assert set(KINDS) == set(ApiProvider.Kind.values)


def test_it_knows_what_each_fault_means() -> None:
    assert set(MEANING) == set(FAULTS)


def test_it_answers_with_text_usage_and_the_reason_of_the_end(endpoint: Endpoint) -> None:
    answer = ask(endpoint, "good")
    assert answer.text == "Ready."
    assert answer.finish is Finish.STOP
    assert (answer.usage.input_tokens or 0) > 0
    assert (answer.usage.output_tokens or 0) > 0


@pytest.mark.parametrize("fault", sorted(MEANING))
def test_it_raises_the_typed_error_of_each_fault(endpoint: Endpoint, fault: str) -> None:
    start = time.monotonic()
    with pytest.raises(errors.ProviderError) as caught:
        ask(endpoint, f"fault-{fault}", seconds=0.5 if fault in WAITING else 20)
    assert type(caught.value) is MEANING[fault]
    assert time.monotonic() - start < 10
    assert CANARY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_it_passes_on_how_long_to_wait(endpoint: Endpoint) -> None:
    with pytest.raises(errors.RateLimited) as caught:
        ask(endpoint, "fault-429-retry-after")
    assert caught.value.retry_after == timedelta(seconds=7)


def test_it_sends_each_call_once_and_under_its_id(endpoint: Endpoint, vendor: FakeVendor) -> None:
    call_id = uuid4()
    with pytest.raises(errors.ServerFailed), outbound.within(20):
        adapter_for(endpoint.kind).complete(endpoint, "fault-500", REQUEST, call_id)
    assert len(vendor.calls_with(call_id)) == 1


def test_it_asks_for_a_structure_where_the_provider_takes_one(
    endpoint: Endpoint, vendor: FakeVendor
) -> None:
    request = CompletionRequest("s", "u", json_schema=JsonSchema("quality", {"type": "object"}))
    call_id = uuid4()
    with outbound.within(20):
        adapter_for(endpoint.kind).complete(endpoint, "good", request, call_id)
    assert [call["structured"] for call in vendor.calls_with(call_id)] == [True]


def test_it_lists_models_with_their_context(endpoint: Endpoint) -> None:
    with outbound.within(20):
        listed = adapter_for(endpoint.kind).list_models(endpoint, 20)
    assert [model.name for model in listed[:3]] == ["good", "mediocre", "hostile"]
    assert listed[0].context_window == 128_000


def test_it_says_when_nothing_listens(endpoint: Endpoint) -> None:
    dead = Endpoint(**{**vars(endpoint), "base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(errors.AddressRefused):
        ask(dead, "good")


def test_it_reports_a_connection_that_is_refused(
    endpoint: Endpoint, settings: pytest.FixtureRequest
) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = ["127.0.0.1:9"]  # type: ignore[attr-defined]
    dead = Endpoint(**{**vars(endpoint), "base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(errors.ConnectionFailed):
        ask(dead, "good")
