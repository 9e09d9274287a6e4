"""The OpenAI adapter: what it sends, and how it reads what compatible servers answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from operations import outbound
from operations.secrets import Secret
from providers import errors
from providers.adapters import Endpoint, adapter_for
from providers.tests.conftest import CANARY
from providers.tests.stand_in import StandIn
from providers.types import Answer, CompletionRequest, Finish, JsonSchema, Usage

SCHEMA = JsonSchema("shape", {"type": "object"})


@pytest.fixture
def server(stand_in: StandIn) -> StandIn:
    stand_in.reply = lambda _: httpx2.Response(200, json=completion("hello"))
    return stand_in


def completion(content: object, finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return {"choices": [{"message": message, "finish_reason": finish}], "usage": usage}


def endpoint(**fields: Any) -> Endpoint:
    plain: dict[str, Any] = {
        "kind": "openai-compatible",
        "base_url": "https://models.example.com/v1",
        "key_header": "Authorization",
        "key": Secret(f"Bearer {CANARY}"),
        "extra_headers": {},
        "structured_output": "schema",
    }
    return Endpoint(**{**plain, **fields})


def ask(model: str = "m", request: CompletionRequest | None = None, **fields: Any) -> Answer:
    target = endpoint(**fields)
    request = request or CompletionRequest("s", "u", temperature=0.2, max_tokens=9)
    with outbound.within(5):
        return adapter_for(target.kind).complete(target, model, request, uuid4())


def test_it_sends_the_key_as_bearer(server: StandIn) -> None:
    ask()
    assert server.requests[0].headers["Authorization"] == f"Bearer {CANARY}"


def test_it_sends_the_key_in_the_provider_s_own_header_alone(server: StandIn) -> None:
    ask(key_header="api-key", key=Secret(CANARY), extra_headers={"X-Org": "ours"})
    headers = server.requests[0].headers
    assert headers["api-key"] == CANARY
    assert headers["X-Org"] == "ours"
    assert "Authorization" not in headers


def test_it_sends_no_key_to_a_server_without_keys(server: StandIn) -> None:
    ask(key_header="", key=None)
    assert "Authorization" not in server.requests[0].headers


def test_it_takes_nothing_from_the_environment(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID", "BASE_URL", "ADMIN_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "https://from-the-environment.example")
    ask()
    sent = server.requests[0]
    assert "from-the-environment" not in f"{sent.url} {sent.headers.raw}"


def test_it_speaks_openai_s_own_dialect_to_openai(server: StandIn) -> None:
    ask("gpt-5-mini", CompletionRequest("s", "u", 0.2, 9, SCHEMA), kind="openai")
    assert server.body["max_completion_tokens"] == 9
    assert "max_tokens" not in server.body
    assert "temperature" not in server.body
    assert server.body["response_format"]["json_schema"]["strict"] is True


def test_it_speaks_the_common_dialect_to_others(server: StandIn) -> None:
    ask("gpt-5-mini", CompletionRequest("s", "u", 0.2, 9, SCHEMA))
    assert (server.body["max_tokens"], server.body["temperature"]) == (9, 0.2)
    assert "strict" not in server.body["response_format"]["json_schema"]


def test_it_leaves_out_what_was_left_to_the_provider(server: StandIn) -> None:
    ask(request=CompletionRequest("s", "u"))
    assert set(server.body) == {"model", "messages"}


@pytest.mark.parametrize(("taken", "sent"), [("object", {"type": "json_object"}), ("none", None)])
def test_it_asks_for_no_more_structure_than_the_provider_takes(
    server: StandIn, taken: str, sent: object
) -> None:
    ask(request=CompletionRequest("s", "u", json_schema=SCHEMA), structured_output=taken)
    assert server.body.get("response_format") == sent


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (completion("hello"), Answer("hello", Usage(3, 2), Finish.STOP)),
        (completion("hel", "length"), Answer("hel", Usage(3, 2), Finish.LENGTH)),
        (completion("hello", None), Answer("hello", Usage(3, 2), Finish.OTHER)),
        (completion("hello") | {"usage": None}, Answer("hello", Usage(), Finish.STOP)),
        (
            completion("hello") | {"usage": {"prompt_tokens": -1, "completion_tokens": True}},
            Answer("hello", Usage(), Finish.STOP),
        ),
        (
            completion([{"type": "thinking"}, {"type": "text", "text": "hello"}]),
            Answer("hello", Usage(3, 2), Finish.STOP),
        ),
    ],
)
def test_it_reads_answers_as_servers_write_them(
    server: StandIn, data: dict[str, Any], answer: Answer
) -> None:
    server.reply = lambda _: httpx2.Response(200, json=data)
    assert ask() == answer


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([], errors.MalformedAnswer),
        ("text", errors.MalformedAnswer),
        (None, errors.MalformedAnswer),
        ({}, errors.MalformedAnswer),
        ({"choices": []}, errors.MalformedAnswer),
        ({"choices": [{"text": "old protocol"}]}, errors.MalformedAnswer),
        ({"choices": "x"}, errors.MalformedAnswer),
        (completion(5), errors.MalformedAnswer),
        (completion(None), errors.EmptyAnswer),
        (completion(" \n"), errors.EmptyAnswer),
        (completion([]), errors.EmptyAnswer),
        (completion("x", "content_filter"), errors.ContentFiltered),
        (completion(None, refusal="No."), errors.ContentFiltered),
        ({"error": {"code": 429, "message": "slow down"}}, errors.RateLimited),
        ({"error": {"code": "weird", "message": "x"}}, errors.ServerFailed),
    ],
)
def test_it_tells_unusable_answers_apart(
    server: StandIn, data: object, error: type[errors.ProviderError]
) -> None:
    server.reply = lambda _: httpx2.Response(200, json=data)
    with pytest.raises(errors.ProviderError) as caught:
        ask()
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, [{"error": {"message": "API key not valid."}}], errors.AuthenticationFailed),
        (400, {"error": "prompt is too long: 9 tokens"}, errors.ContextTooLong),
        (400, {"error": {"code": "content_filter"}}, errors.ContentFiltered),
        (400, {"error": {"message": "model 'x' not found"}}, errors.UnknownModel),
        (400, {"message": "max_tokens must be positive"}, errors.BadRequest),
        (413, {}, errors.ContextTooLong),
        (422, {"detail": []}, errors.BadRequest),
        (429, {"error": {"message": "too many tokens a minute"}}, errors.RateLimited),
        (403, {"error": {"message": "insufficient credits"}}, errors.CreditExhausted),
        (418, {}, errors.BadRequest),
        (529, {"error": {"type": "overloaded_error"}}, errors.ServerFailed),
    ],
)
def test_it_understands_refusals_in_the_words_of_several_vendors(
    server: StandIn, status: int, body: object, error: type[errors.ProviderError]
) -> None:
    server.reply = lambda _: httpx2.Response(status, json=body)
    with pytest.raises(errors.ProviderError) as caught:
        ask()
    assert type(caught.value) is error


def test_it_blanks_a_key_that_a_provider_quotes(server: StandIn) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {CANARY} (sent: Bearer {CANARY})"}}
    server.reply = lambda _: httpx2.Response(401, json=body)
    with pytest.raises(errors.AuthenticationFailed, match=r"\[key\]") as caught:
        ask()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("2", 2), ("0.5", 0.5), ("99999999", 3600), ("1e400", 3600), ("-3", None)),
        *(("soon", None), ("Fri, 31 Dec 9999 23:59:59 -2300", None)),
    ],
)
def test_it_bounds_the_wait_that_a_provider_asks_for(
    server: StandIn, header: str, seconds: float | None
) -> None:
    server.reply = lambda _: httpx2.Response(429, json={}, headers={"Retry-After": header})
    with pytest.raises(errors.RateLimited) as caught:
        ask()
    wait = caught.value.retry_after
    assert (wait.total_seconds() if wait else None) == seconds


def test_it_waits_until_the_date_that_a_provider_names(server: StandIn) -> None:
    headers = {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}
    server.reply = lambda _: httpx2.Response(503, json={}, headers=headers)
    with pytest.raises(errors.ServerFailed) as caught:
        ask()
    assert caught.value.retry_after


@pytest.mark.parametrize(
    "listing",
    [
        {"data": [{"id": "a", "context_length": 8}, {"id": 5}, "x", {"id": "b"}]},
        [{"id": "a", "max_model_len": 8}, {"id": "b", "context_length": "many"}],
    ],
)
def test_it_reads_lists_of_models_as_servers_write_them(server: StandIn, listing: object) -> None:
    server.reply = lambda _: httpx2.Response(200, json=listing)
    with outbound.within(5):
        listed = adapter_for("openai-compatible").list_models(endpoint(), 5)
    assert [(model.name, model.context_window) for model in listed] == [("a", 8), ("b", None)]
