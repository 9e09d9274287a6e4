"""Anthropic's own protocol (Messages), through its SDK.

As with OpenAI's, the SDK builds and sends the request, and answers are read from the JSON itself.
The SDK names the version of the protocol (the header anthropic-version): the one at which it is
pinned, 2026-10-21, knows no temperature, so that none is sent.

A wanted structure goes into ``output_config``: the answer stays text, so that it can be shown as it
grows. A forced tool would give the text as a tool's input, and excludes models that think.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from uuid import UUID

import anthropic
import httpx2

from operations import outbound
from providers import errors
from providers.adapters import streaming
from providers.adapters.base import CALL_ID_HEADER, Endpoint, ModelInfo, OnText
from providers.adapters.reading import count, message_in, object_in, rows_in, typed_errors
from providers.adapters.statuses import error_for
from providers.types import Answer, CompletionRequest, Finish, Usage

logging.getLogger("anthropic").setLevel(logging.WARNING)  # below, it writes whole requests

# The protocol demands a number: this is the most that each model on offer can write.
DEFAULT_MAX_TOKENS = 32_000
MODELS_A_PAGE = 1_000
MOST_PAGES = 50
FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
}
# The status that an error has where it comes as an event of a stream, or within a status of 200.
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
READ_TOKENS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


class AnthropicAdapter:
    """Any server with /messages and /models as Anthropic defined them."""

    def complete(
        self,
        endpoint: Endpoint,
        model: str,
        request: CompletionRequest,
        call_id: UUID,
        on_text: OnText | None = None,
    ) -> Answer:
        headers = {**_headers(endpoint), CALL_ID_HEADER: str(call_id)}
        body = _body(endpoint, model, request)
        options = {"headers": headers, "timeout": request.timeout_seconds}
        how: dict[str, Any] = {"body": body, "options": options}
        with typed_errors(endpoint, anthropic, anthropic.AnthropicError):
            if on_text is not None:
                return _streamed_answer(endpoint, how, streaming.Text(on_text, endpoint))
            response = _client(endpoint).post("/messages", cast_to=httpx2.Response, **how)
            return _answer(object_in(response, endpoint), endpoint)

    def list_models(self, endpoint: Endpoint, timeout_seconds: float) -> list[ModelInfo]:
        with typed_errors(endpoint, anthropic, anthropic.AnthropicError):
            return [
                ModelInfo(row["id"], count(row.get("max_input_tokens")) or None)
                for page in _pages(endpoint, timeout_seconds)
                for row in rows_in(page.get("data"), endpoint)
            ]


def _body(endpoint: Endpoint, model: str, request: CompletionRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens or DEFAULT_MAX_TOKENS,
        "messages": [{"role": "user", "content": request.user}],
    }
    if request.system:
        body["system"] = request.system
    if request.json_schema is not None and endpoint.structured_output == "schema":
        body["output_config"] = {"format": _format(request.json_schema.schema)}
    return body


def _format(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as Anthropic takes it, which is without bounds on numbers, texts and lists."""
    try:
        return {"type": "json_schema", "schema": anthropic.transform_schema(schema)}
    except ValueError as error:
        raise errors.BadRequest(f"The schema cannot be sent to Anthropic: {error}") from None


def _client(endpoint: Endpoint) -> anthropic.Anthropic:
    """The SDK for this address, over the HTTP client that all share. No key is kept in it."""
    return _sdk(endpoint.base_url, outbound.client())


@lru_cache(maxsize=64)
def _sdk(base_url: str, http_client: httpx2.Client) -> anthropic.Anthropic:
    """With all that it would else take from the environment or from files in the home folder."""
    os.environ.pop("ANTHROPIC_CUSTOM_HEADERS", None)  # may hold keys, for the calls of all
    return anthropic.Anthropic(
        api_key="unused: the key is a header",
        webhook_key="",
        base_url=base_url,
        http_client=http_client,
        max_retries=0,
        open_telemetry={"propagation": False, "traces": False},
    )


def _headers(endpoint: Endpoint) -> dict[str, Any]:
    """The provider's headers with its key, in place of the one that the SDK would send."""
    headers: dict[str, Any] = {"Authorization": anthropic.Omit(), **endpoint.extra_headers}
    if endpoint.key is not None:
        headers[endpoint.key_header] = endpoint.key.reveal()
    return headers


def _streamed_answer(endpoint: Endpoint, how: dict[str, Any], text: streaming.Text) -> Answer:
    """The answer as a stream, or whole from a server that does not stream."""
    how = {**how, "body": {**how["body"], "stream": True}}
    with streaming.opened(_client(endpoint), "/messages", **how) as response:
        if streaming.is_stream(response):
            return _answer(_gathered(response, endpoint, text), endpoint, text.first_token_ms)
        answer = _answer(object_in(response, endpoint), endpoint)
        text.on_text(answer.text)
        return answer


def _gathered(
    response: httpx2.Response, endpoint: Endpoint, text: streaming.Text
) -> dict[str, Any]:
    """What the stream's events say together, in the form of a whole answer.

    Raises the error that an event holds, or ConnectionFailed for a stream without an end.
    """
    message: dict[str, Any] = {"stop_reason": None, "usage": {}}
    events = streaming.events(response)
    for data in events:
        event = streaming.object_of(data)
        _raise_error_in(event, endpoint)
        if event.get("type") == "message_stop":
            streaming.leave(response, events)
            break
        _gather(event, message, text)
    else:
        if message["stop_reason"] is None:
            raise streaming.broken_off()
    return {**message, "content": [{"type": "text", "text": text.ended()}]}


def _gather(event: dict[str, Any], message: dict[str, Any], text: streaming.Text) -> None:
    """Add what one event says. Those of kinds unknown say nothing: there may be new ones."""
    match event:
        case {"type": "message_start", "message": {"usage": dict() as usage}}:
            message["usage"] |= usage
        case {"content_block": {"type": "text", "text": str() as piece}}:
            text.add(piece)
        case {"delta": {"type": "text_delta", "text": str() as piece}}:
            text.add(piece)
        case {"type": "message_delta", "delta": dict() as delta}:
            message.update({name: value for name, value in delta.items() if value is not None})
            told = event.get("usage")
            if isinstance(told, dict):
                message["usage"] |= {k: v for k, v in told.items() if v is not None}


def _answer(data: dict[str, Any], endpoint: Endpoint, first_token_ms: int | None = None) -> Answer:
    _raise_error_in(data, endpoint)
    blocks = data.get("content")
    if not isinstance(blocks, list):
        raise errors.MalformedAnswer("The answer has no content.")
    reason = data.get("stop_reason")
    if reason == "refusal":
        raise errors.ContentFiltered(endpoint.without_key(_why_refused(data)))
    text = endpoint.answer_without_key("".join(_texts(blocks)))
    if not text.strip():
        raise errors.EmptyAnswer(f"No text (stop reason {endpoint.without_key(str(reason))[:40]}).")
    finish = FINISHES.get(str(reason), Finish.OTHER)
    return Answer(text, _usage(data.get("usage")), finish, first_token_ms)


def _texts(blocks: list[Any]) -> Iterator[str]:
    """The texts that are meant for the reader; what a model thought before is not."""
    for block in blocks:
        match block:
            case {"type": "text", "text": str() as text}:
                yield text


def _why_refused(data: dict[str, Any]) -> str:
    details = data.get("stop_details")
    details = details if isinstance(details, dict) else {}
    told = [str(details[name]) for name in ("category", "explanation") if details.get(name)]
    return ": ".join(["The model refused", *told])


def _usage(data: object) -> Usage:
    """Tokens read include those of a cache, which the protocol counts apart."""
    if not isinstance(data, dict):
        return Usage()
    read = [count(data.get(name)) for name in READ_TOKENS]
    total = count(sum(number or 0 for number in read)) if read[0] is not None else None
    return Usage(total, count(data.get("output_tokens")))


def _raise_error_in(data: dict[str, Any], endpoint: Endpoint) -> None:
    error = data.get("error")
    if data.get("type") == "error" or isinstance(error, dict):
        kind = error.get("type") if isinstance(error, dict) else None
        told = message_in(json.dumps(data), endpoint)
        raise error_for(STATUSES.get(str(kind), 500), told, {})


def _pages(endpoint: Endpoint, timeout_seconds: float) -> Iterator[dict[str, Any]]:
    """The pages of the list of models, each asked for by the last id of the one before."""
    params: dict[str, Any] = {"limit": MODELS_A_PAGE}
    for _ in range(MOST_PAGES):
        response = _client(endpoint).get(
            "/models",
            cast_to=httpx2.Response,
            options={
                "headers": _headers(endpoint),
                "params": params,
                "timeout": timeout_seconds,
            },
        )
        page = object_in(response, endpoint)
        yield page
        last = page.get("last_id")
        if not page.get("has_more") or not isinstance(last, str) or last == params.get("after_id"):
            return
        params = {**params, "after_id": last}
