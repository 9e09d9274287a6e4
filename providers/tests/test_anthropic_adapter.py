"""The Anthropic adapter: what it sends, and how it reads what comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from django.conf import settings

from operations import outbound
from operations.secrets import Secret
from providers import errors
from providers.adapters import Endpoint, ModelInfo, adapter_for
from providers.adapters.anthropic import DEFAULT_MAX_TOKENS, MOST_PAGES
from providers.tests.conftest import CANARY
from providers.tests.stand_in import StandIn
from providers.types import Answer, CompletionRequest, Finish, JsonSchema, Usage

RATING = {"type": "integer", "minimum": 1, "maximum": 10}
SCHEMA = JsonSchema(
    "shape",
    {
        "type": "object",
        "properties": {"rating": RATING},
        "required": ["rating"],
        "additionalProperties": False,
    },
)


@pytest.fixture
def server(stand_in: StandIn) -> StandIn:
    stand_in.reply = lambda _: httpx2.Response(200, json=message("hello"))
    return stand_in


def message(text: str, reason: str | None = "end_turn", **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 3, "output_tokens": 2}
    content = [{"type": "text", "text": text}]
    return {"type": "message", "content": content, "stop_reason": reason, "usage": usage, **more}


def endpoint(**fields: Any) -> Endpoint:
    plain: dict[str, Any] = {
        "kind": "anthropic",
        "base_url": "https://models.example.com/v1",
        "key_header": "x-api-key",
        "key": Secret(CANARY),
        "extra_headers": {},
        "structured_output": "schema",
    }
    return Endpoint(**{**plain, **fields})


def ask(request: CompletionRequest | None = None, **fields: Any) -> Answer:
    request = request or CompletionRequest("s", "u", temperature=0.2, max_tokens=9)
    with outbound.within(5):
        return adapter_for("anthropic").complete(endpoint(**fields), "m", request, uuid4())


def test_it_sends_the_key_in_its_header_alone(server: StandIn) -> None:
    ask(extra_headers={"anthropic-beta": "x"})
    (sent,) = server.requests
    assert (sent.headers["x-api-key"], sent.headers["anthropic-beta"]) == (CANARY, "x")
    assert "Authorization" not in sent.headers
    assert sent.headers["anthropic-version"]


def test_it_sends_the_key_as_bearer_where_that_is_set(server: StandIn) -> None:
    ask(key_header="Authorization", key=Secret(f"Bearer {CANARY}"))
    assert server.requests[0].headers["Authorization"] == f"Bearer {CANARY}"
    assert "x-api-key" not in server.requests[0].headers


def test_it_sends_no_key_to_a_server_without_keys(server: StandIn) -> None:
    ask(key_header="", key=None)
    assert not {"Authorization", "x-api-key"} & set(server.requests[0].headers)


def test_it_takes_nothing_from_the_environment(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = "https://from-the-environment.example"
    for name in ("API_KEY", "AUTH_TOKEN", "BASE_URL", "PROFILE", "IDENTITY_TOKEN"):
        monkeypatch.setenv(f"ANTHROPIC_{name}", secret)
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", f"X-Leak: {secret}")
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    (tmp_path / "active_config").write_text("from-the-environment")
    ask()
    sent = server.requests[0]
    assert "from-the-environment" not in f"{sent.url} {sent.headers.raw!r}"


def test_it_is_imported_only_when_it_is_used() -> None:
    code = (
        "import django, sys; django.setup();"
        "import providers.complete, providers.services;"
        "assert not {'anthropic', 'openai'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", code]
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "ENVIRONMENT": "development"}
    subprocess.run(command, check=True, cwd=settings.BASE_DIR, env=environment)  # noqa: S603


def test_it_puts_the_system_prompt_where_the_protocol_wants_it(server: StandIn) -> None:
    ask()
    assert server.requests[0].url.path == "/v1/messages"
    assert server.body == {
        "model": "m",
        "max_tokens": 9,
        "system": "s",
        "messages": [{"role": "user", "content": "u"}],
    }


def test_it_asks_for_the_most_tokens_when_none_are_set(server: StandIn) -> None:
    ask(CompletionRequest("s", "u"))
    assert server.body["max_tokens"] == DEFAULT_MAX_TOKENS


def test_it_asks_for_a_structure_in_the_form_that_is_taken(server: StandIn) -> None:
    ask(CompletionRequest("s", "u", json_schema=SCHEMA))
    wanted = server.body["output_config"]["format"]
    rating = wanted["schema"]["properties"]["rating"]
    assert wanted["type"] == "json_schema"
    assert set(rating) == {"type", "description"}
    assert wanted["schema"]["required"] == ["rating"]


@pytest.mark.parametrize("taken", ["object", "none"])
def test_it_asks_for_no_structure_that_the_model_does_not_take(server: StandIn, taken: str) -> None:
    ask(CompletionRequest("s", "u", json_schema=SCHEMA), structured_output=taken)
    assert "output_config" not in server.body


def test_it_says_when_a_schema_cannot_be_sent(server: StandIn) -> None:
    with pytest.raises(errors.BadRequest):
        ask(CompletionRequest("s", "u", json_schema=JsonSchema("x", {"title": "no type"})))
    assert not server.requests


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (message("hello"), Answer("hello", Usage(3, 2), Finish.STOP)),
        (message("hello", "stop_sequence"), Answer("hello", Usage(3, 2), Finish.STOP)),
        (message("hel", "max_tokens"), Answer("hel", Usage(3, 2), Finish.LENGTH)),
        (
            message("hel", "model_context_window_exceeded"),
            Answer("hel", Usage(3, 2), Finish.LENGTH),
        ),
        (message("hello", "something_new"), Answer("hello", Usage(3, 2), Finish.OTHER)),
        (message("hello", usage=None), Answer("hello", Usage(), Finish.STOP)),
        (
            message("hello", usage={"input_tokens": -1, "output_tokens": True}),
            Answer("hello", Usage(), Finish.STOP),
        ),
        (
            message(
                "hello",
                usage={
                    "input_tokens": 3,
                    "cache_creation_input_tokens": 10,
                    "cache_read_input_tokens": 100,
                    "output_tokens": 2,
                },
            ),
            Answer("hello", Usage(113, 2), Finish.STOP),
        ),
        (
            message("")
            | {
                "content": [
                    {"type": "thinking", "thinking": "Hm", "signature": "x"},
                    {"type": "text", "text": "hel"},
                    "?",
                    {"type": "text", "text": "lo"},
                ]
            },
            Answer("hello", Usage(3, 2), Finish.STOP),
        ),
    ],
)
def test_it_reads_answers(server: StandIn, data: dict[str, Any], answer: Answer) -> None:
    server.reply = lambda _: httpx2.Response(200, json=data)
    assert ask() == answer


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([], errors.MalformedAnswer),
        (None, errors.MalformedAnswer),
        ({}, errors.MalformedAnswer),
        ({"content": "text"}, errors.MalformedAnswer),
        (message(" \n"), errors.EmptyAnswer),
        (message("x") | {"content": []}, errors.EmptyAnswer),
        (message("x", "refusal"), errors.ContentFiltered),
        (message("", "refusal", stop_details=None), errors.ContentFiltered),
        ({"type": "error", "error": {"type": "overloaded_error"}}, errors.ServerFailed),
        ({"type": "error", "error": {"type": "rate_limit_error"}}, errors.RateLimited),
        ({"type": "error"}, errors.ServerFailed),
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
    ("status", "kind", "text", "error"),
    [
        (400, "invalid_request_error", "prompt is too long: 9 > 8", errors.ContextTooLong),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 9 + 9 > 10",
            errors.ContextTooLong,
        ),
        (400, "invalid_request_error", "Your credit balance is too low", errors.CreditExhausted),
        (400, "invalid_request_error", "Output blocked by content filtering policy",
         errors.ContentFiltered),
        (400, "invalid_request_error", "temperature: Extra inputs", errors.BadRequest),
        (401, "authentication_error", "invalid x-api-key", errors.AuthenticationFailed),
        (402, "billing_error", "x", errors.CreditExhausted),
        (403, "permission_error", "x", errors.PermissionDenied),
        (404, "not_found_error", "model: m", errors.UnknownModel),
        (413, "request_too_large", "x", errors.ContextTooLong),
        (429, "rate_limit_error", "80,000 input tokens per minute", errors.RateLimited),
        (429, "rate_limit_error", "You have reached your monthly spend limit",
         errors.CreditExhausted),
        (500, "api_error", "x", errors.ServerFailed),
        (504, "timeout_error", "x", errors.CallTimedOut),
        (529, "overloaded_error", "Overloaded", errors.ServerFailed),
    ],
)  # fmt: skip
def test_it_understands_refusals(
    server: StandIn, status: int, kind: str, text: str, error: type[errors.ProviderError]
) -> None:
    body = {"type": "error", "error": {"type": kind, "message": f"{text} {CANARY}"}}
    headers = {"retry-after": "7"}
    server.reply = lambda _: httpx2.Response(status, json=body, headers=headers)
    with pytest.raises(errors.ProviderError) as caught:
        ask()
    assert type(caught.value) is error
    assert caught.value.retry_after is not None
    assert kind in str(caught.value)
    assert CANARY not in str(caught.value)
    assert len(server.requests) == 1


def test_it_turns_the_pages_of_the_list_of_models(server: StandIn) -> None:
    pages = {
        None: {"data": [{"id": "a", "max_input_tokens": 8}, {"no": "id"}], "last_id": "a"},
        "a": {"data": [{"id": "b", "max_input_tokens": None}], "last_id": "b"},
    }

    def reply(request: httpx2.Request) -> httpx2.Response:
        after = request.url.params.get("after_id")
        return httpx2.Response(200, json={**pages[after], "has_more": after is None})

    server.reply = reply
    with outbound.within(5):
        listed = adapter_for("anthropic").list_models(endpoint(), 5)
    assert listed == [ModelInfo("a", 8), ModelInfo("b", None)]


@pytest.mark.parametrize(("last_id", "asked"), [("a", 2), (None, 1), (7, 1)])
def test_it_does_not_turn_one_page_for_ever(server: StandIn, last_id: object, asked: int) -> None:
    page = {"data": [{"id": "a"}], "has_more": True, "last_id": last_id}
    server.reply = lambda _: httpx2.Response(200, json=page)
    with outbound.within(5):
        adapter_for("anthropic").list_models(endpoint(), 5)
    assert len(server.requests) == asked


def test_it_stops_turning_pages_that_never_end(server: StandIn) -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        page = {"data": [], "has_more": True, "last_id": f"id-{len(server.requests)}"}
        return httpx2.Response(200, content=json.dumps(page))

    server.reply = reply
    with outbound.within(5):
        adapter_for("anthropic").list_models(endpoint(), 5)
    assert len(server.requests) == MOST_PAGES
