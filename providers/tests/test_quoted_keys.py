"""A provider that quotes the key, wherever in its answer: nobody gets to read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from operations import outbound
from operations.secrets import Secret
from providers import errors
from providers.adapters import Endpoint, ModelInfo, adapter_for
from providers.tests.conftest import CANARY
from providers.tests.stand_in import StandIn
from providers.types import Answer, CompletionRequest

KINDS = ("openai-compatible", "anthropic")
EVENT_STREAM = {"Content-Type": "text/event-stream"}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def endpoint(kind: str, key: str = f"Bearer {CANARY}") -> Endpoint:
    return Endpoint(
        kind=kind,
        base_url="https://models.example.com/v1",
        key_header="Authorization",
        key=Secret(key),
        extra_headers={},
        structured_output="none",
    )


def ask(target: Endpoint, on_text: Callable[[str], None] | None = None) -> Answer:
    with outbound.within(5):
        request = CompletionRequest("s", "u")
        return adapter_for(target.kind).complete(target, "m", request, uuid4(), on_text)


def refusal(target: Endpoint) -> str:
    with pytest.raises(errors.ProviderError) as caught:
        ask(target)
    return str(caught.value)


def answer(kind: str, text: str, reason: str = "stop") -> dict[str, Any]:
    if kind == "anthropic":
        return {"content": [{"type": "text", "text": text}], "stop_reason": reason}
    message = {"role": "assistant", "content": text}
    return {"choices": [{"message": message, "finish_reason": reason}]}


def piece(kind: str, text: str) -> dict[str, Any]:
    if kind == "anthropic":
        return {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}
    return {"choices": [{"delta": {"content": text}, "finish_reason": None}]}


def stream(kind: str, *texts: str) -> httpx2.Response:
    last = json.dumps({"type": "message_stop"}) if kind == "anthropic" else "[DONE]"
    data = [*(json.dumps(piece(kind, text)) for text in texts), last]
    body = "".join(f"data: {each}\n\n" for each in data)
    return httpx2.Response(200, content=body.encode(), headers=EVENT_STREAM)


def test_it_hides_a_key_in_the_type_of_an_answer(stand_in: StandIn, kind: str) -> None:
    headers = {"Content-Type": f"{'x' * 30}/{CANARY}"}
    stand_in.reply = lambda _: httpx2.Response(200, content=b"no JSON", headers=headers)
    assert "sk-" not in refusal(endpoint(kind))


def test_it_hides_a_key_in_the_reason_of_an_end(stand_in: StandIn, kind: str) -> None:
    stand_in.reply = lambda _: httpx2.Response(200, json=answer(kind, "", f"{'x' * 30}{CANARY}"))
    assert "sk-" not in refusal(endpoint(kind))


def test_it_hides_a_key_that_json_spells_differently(stand_in: StandIn, kind: str) -> None:
    spelt = "".join(f"\\u{ord(character):04x}" for character in CANARY)
    body = f'{{"error": {{"message": "Bad key {spelt}"}}}}'
    stand_in.reply = lambda _: httpx2.Response(401, content=body.encode())
    assert refusal(endpoint(kind)) == "HTTP 401: Bad key [key]"


def test_it_hides_a_key_in_a_broken_connection_s_error(stand_in: StandIn, kind: str) -> None:
    def break_off(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.RemoteProtocolError(f"illegal header line: bytearray(b'Bearer {CANARY}')")

    stand_in.reply = break_off
    assert CANARY not in refusal(endpoint(kind))


def test_it_lists_no_model_that_is_named_after_the_key(stand_in: StandIn, kind: str) -> None:
    rows = [{"id": "good"}, {"id": f"bad-{CANARY}"}]
    stand_in.reply = lambda _: httpx2.Response(200, json={"data": rows})
    with outbound.within(5):
        assert adapter_for(kind).list_models(endpoint(kind), 5) == [ModelInfo("good")]


def test_it_hides_a_key_in_an_answer(stand_in: StandIn, kind: str) -> None:
    stand_in.reply = lambda _: httpx2.Response(200, json=answer(kind, f"You sent {CANARY}."))
    assert ask(endpoint(kind)).text == "You sent [key]."


def test_it_hides_a_key_that_comes_in_pieces(stand_in: StandIn, kind: str) -> None:
    stand_in.reply = lambda _: stream(kind, "You sent", f" {CANARY[:9]}", CANARY[9:], ". As", " s")
    pieces: list[str] = []
    assert ask(endpoint(kind), pieces.append).text == "You sent [key]. As s"
    assert "".join(pieces) == "You sent [key]. As s"


def test_it_leaves_answers_alone_for_a_placeholder_of_a_key(stand_in: StandIn, kind: str) -> None:
    stand_in.reply = lambda _: httpx2.Response(200, json=answer(kind, "The ollama runs."))
    assert ask(endpoint(kind, "Bearer ollama")).text == "The ollama runs."
