"""What every adapter promises, held against every fault of the pretend vendor, streamed and not."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest

from operations import outbound
from operations.secrets import Secret
from providers import errors
from providers.adapters import Endpoint, OnText, adapter_for
from providers.fake.faults import KINDS as FAULTS
from providers.fake.faults import STREAM_KINDS as STREAM_FAULTS
from providers.kinds import KINDS
from providers.models import ApiProvider
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor
from providers.types import Answer, CompletionRequest, Finish, JsonSchema, Usage

REQUEST = CompletionRequest(system="Be brief.", user="Are you ready?", max_tokens=50)

MEANING: dict[str, type[errors.ProviderError]] = {
    "401": errors.AuthenticationFailed,
    "402": errors.CreditExhausted,
    "403": errors.PermissionDenied,
    "413": errors.ContextTooLong,
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
STREAM_MEANING: dict[str, type[errors.ProviderError]] = {
    "stream-cut": errors.ConnectionFailed,
    "stream-stall": errors.CallTimedOut,
    "stream-endless": errors.CallTimedOut,
    "stream-flood": errors.AnswerTooLarge,
    "stream-garbage": errors.MalformedAnswer,
    "stream-error": errors.ServerFailed,
}
HARMLESS = {"stream-no-usage", "stream-ignored"}
WAITING = {"timeout", "drip", "stream-stall", "stream-endless"}
CODE = "import yaml\n\n\ndef load(text):\n    return yaml.load(text)\n" * 9
REBUILD = CompletionRequest(
    system="Repair it.",
    user=f"<<<BEGIN CODE a1>>>\n{CODE}\n<<<END CODE a1>>>\n<<<BEGIN FINDINGS a2>>>",
)


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
    endpoint: Endpoint,
    model: str,
    request: CompletionRequest = REQUEST,
    seconds: float = 20,
    on_text: OnText | None = None,
) -> Answer:
    with outbound.within(seconds):
        return adapter_for(endpoint.kind).complete(endpoint, model, request, uuid4(), on_text)


def test_it_offers_each_kind_that_has_an_adapter() -> None:
    offered = dict(ApiProvider._meta.get_field("kind").flatchoices)
    assert offered == {name: kind.label for name, kind in KINDS.items()}


def test_it_knows_what_each_fault_means() -> None:
    assert set(MEANING) == set(FAULTS)
    assert set(STREAM_MEANING) | HARMLESS == set(STREAM_FAULTS)


def test_it_answers_with_text_usage_and_the_reason_of_the_end(endpoint: Endpoint) -> None:
    answer = ask(endpoint, "good")
    assert answer.text == "Ready."
    assert answer.finish is Finish.STOP
    assert (answer.usage.input_tokens or 0) > 0
    assert (answer.usage.output_tokens or 0) > 0


def check_fault(
    endpoint: Endpoint, fault: str, meaning: type[errors.ProviderError], on_text: OnText | None
) -> None:
    start = time.monotonic()
    with pytest.raises(errors.ProviderError) as caught:
        seconds = 0.5 if fault in WAITING else 20
        ask(endpoint, f"fault-{fault}", seconds=seconds, on_text=on_text)
    assert type(caught.value) is meaning
    assert time.monotonic() - start < 10
    assert CANARY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize("fault", sorted(MEANING))
def test_it_raises_the_typed_error_of_each_fault(endpoint: Endpoint, fault: str) -> None:
    check_fault(endpoint, fault, MEANING[fault], None)


@pytest.mark.parametrize("fault", sorted(MEANING | STREAM_MEANING))
def test_it_raises_the_same_errors_when_it_streams(endpoint: Endpoint, fault: str) -> None:
    check_fault(endpoint, fault, (MEANING | STREAM_MEANING)[fault], [].append)


@pytest.mark.parametrize("fault", sorted(STREAM_FAULTS))
def test_it_meets_no_fault_of_streams_without_one(endpoint: Endpoint, fault: str) -> None:
    assert ask(endpoint, f"fault-{fault}").text == "Ready."


def test_it_hands_on_the_text_as_it_grows(endpoint: Endpoint, vendor: FakeVendor) -> None:
    pieces: list[str] = []
    answer = ask(endpoint, "good", REBUILD, on_text=pieces.append)
    whole = ask(endpoint, "good", REBUILD)
    assert len(pieces) > 2
    assert "".join(pieces) == answer.text == whole.text
    assert (answer.usage, answer.finish) == (whole.usage, whole.finish)
    assert answer.usage.input_tokens
    assert [call["streamed"] for call in vendor.calls()[-2:]] == [True, False]


def test_it_tells_when_a_streamed_answer_began(endpoint: Endpoint) -> None:
    start = time.monotonic()
    answer = ask(endpoint, "good", on_text=[].append)
    assert answer.first_token_ms is not None
    assert 0 <= answer.first_token_ms <= (time.monotonic() - start) * 1000
    assert ask(endpoint, "good").first_token_ms is None


def test_it_takes_a_whole_answer_from_a_server_that_does_not_stream(endpoint: Endpoint) -> None:
    pieces: list[str] = []
    answer = ask(endpoint, "fault-stream-ignored", on_text=pieces.append)
    assert pieces == [answer.text] == ["Ready."]
    assert answer.first_token_ms is None


def test_it_leaves_the_usage_of_a_stream_unknown_when_it_is_not_told(endpoint: Endpoint) -> None:
    answer = ask(endpoint, "fault-stream-no-usage", on_text=[].append)
    assert (answer.text, answer.usage) == ("Ready.", Usage())


def test_it_lets_through_what_the_reader_of_a_stream_raises(endpoint: Endpoint) -> None:
    class Enough(Exception):
        pass

    def stop(piece: str) -> None:
        raise Enough

    with pytest.raises(Enough):
        ask(endpoint, "good", on_text=stop)


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
    assert len({model.name for model in listed}) == len(listed) > len(FAULTS)


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
