"""Chat completions as OpenAI defined them and many servers speak them, through OpenAI's SDK.

The SDK builds and sends the request over our own client, by its way for requests that it does not
know: its typed methods check each message anew and cost half as much again. Answers are read here
from the JSON itself, since compatible servers differ in all that the SDK would expect of them.
"""

from __future__ import annotations

import json
import logging
import os
import re
from functools import lru_cache
from typing import Any
from uuid import UUID

import httpx2
import openai

from operations import outbound
from providers import errors
from providers.adapters import streaming
from providers.adapters.base import CALL_ID_HEADER, Endpoint, ModelInfo, OnText
from providers.adapters.reading import count, json_in, message_in, object_in, rows_in, typed_errors
from providers.adapters.statuses import error_for
from providers.types import Answer, CompletionRequest, Finish, JsonSchema, Usage

# The SDK would add these headers, which may hold keys, to the calls of every provider.
os.environ.pop("OPENAI_CUSTOM_HEADERS", None)
logging.getLogger("openai").setLevel(logging.WARNING)  # below, it writes whole requests

FINISHES = {"stop": Finish.STOP, "length": Finish.LENGTH, "eos": Finish.STOP}
CONTEXT_FIELDS = ("context_window", "context_length", "max_context_length", "max_model_len")
FIXED_TEMPERATURE = re.compile(r"(o\d|gpt-5)(?!.*chat)")  # these take none but their default
STREAMED = {"stream": True, "stream_options": {"include_usage": True}}
# It refuses stream_options, and tells the usage unasked.
USAGE_UNASKED = "://api.mistral.ai/"
LAST_EVENT = "[DONE]"


class CompatibleAdapter:
    """Any server with /chat/completions and /models."""

    max_tokens_field = "max_tokens"
    strict_schema = False  # many servers refuse the word, or the schemas it is used with

    def complete(
        self,
        endpoint: Endpoint,
        model: str,
        request: CompletionRequest,
        call_id: UUID,
        on_text: OnText | None = None,
    ) -> Answer:
        body = self.body(endpoint, model, request)
        headers = {**_headers(endpoint), CALL_ID_HEADER: str(call_id)}
        options = {"headers": headers, "timeout": request.timeout_seconds}
        how: dict[str, Any] = {"body": body, "options": options}
        with typed_errors(endpoint, openai, openai.OpenAIError):
            if on_text is not None:
                return _streamed_answer(endpoint, how, streaming.Text(on_text, endpoint))
            response = _client(endpoint).post("/chat/completions", cast_to=httpx2.Response, **how)
            return _whole_answer(response, endpoint)

    def list_models(self, endpoint: Endpoint, timeout_seconds: float) -> list[ModelInfo]:
        with typed_errors(endpoint, openai, openai.OpenAIError):
            response = _client(endpoint).get(
                "/models",
                cast_to=httpx2.Response,
                options={"headers": _headers(endpoint), "timeout": timeout_seconds},
            )
            return _models(json_in(response, endpoint), endpoint)

    def body(self, endpoint: Endpoint, model: str, request: CompletionRequest) -> dict[str, Any]:
        """The arguments of the call; what is not asked for is left to the server."""
        body: dict[str, Any] = {
            "model": model,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.max_tokens is not None:
            body[self.max_tokens_field] = request.max_tokens
        if request.json_schema is not None and endpoint.structured_output != "none":
            body["response_format"] = self._format(endpoint, request.json_schema)
        return body

    def _format(self, endpoint: Endpoint, schema: JsonSchema) -> dict[str, Any]:
        if endpoint.structured_output == "object":
            return {"type": "json_object"}
        shape: dict[str, Any] = {"name": schema.name, "schema": schema.schema}
        if self.strict_schema:
            shape["strict"] = True
        return {"type": "json_schema", "json_schema": shape}


class OpenAiAdapter(CompatibleAdapter):
    """OpenAI itself, whose reasoning models refuse two parameters that others require."""

    max_tokens_field = "max_completion_tokens"
    strict_schema = True

    def body(self, endpoint: Endpoint, model: str, request: CompletionRequest) -> dict[str, Any]:
        body = super().body(endpoint, model, request)
        if FIXED_TEMPERATURE.match(model):
            body.pop("temperature", None)
        return body


def _client(endpoint: Endpoint) -> openai.OpenAI:
    """The SDK for this address, over the HTTP client that all share. No key is kept in it."""
    return _sdk(endpoint.base_url, outbound.client())


@lru_cache(maxsize=64)
def _sdk(base_url: str, http_client: httpx2.Client) -> openai.OpenAI:
    return openai.OpenAI(
        api_key="unused: the key is a header",
        base_url=base_url,
        http_client=http_client,
        max_retries=0,
    )


def _headers(endpoint: Endpoint) -> dict[str, Any]:
    """The provider's headers with its key; what the environment would add is left out."""
    headers: dict[str, Any] = {
        "Authorization": openai.Omit(),
        "OpenAI-Organization": openai.Omit(),
        "OpenAI-Project": openai.Omit(),
        **endpoint.extra_headers,
    }
    if endpoint.key is not None:
        headers[endpoint.key_header] = endpoint.key.reveal()
    return headers


def _streamed_answer(endpoint: Endpoint, how: dict[str, Any], text: streaming.Text) -> Answer:
    """The answer as a stream, or whole from a server that does not stream."""
    asked = dict(STREAMED)
    if USAGE_UNASKED in f"{endpoint.base_url}/":
        del asked["stream_options"]
    how = {**how, "body": {**how["body"], **asked}}
    with streaming.opened(_client(endpoint), "/chat/completions", **how) as response:
        if streaming.is_stream(response):
            return _answer(_gathered(response, endpoint, text), endpoint, text.first_token_ms)
        answer = _whole_answer(response, endpoint)
        text.on_text(answer.text)
        return answer


def _gathered(
    response: httpx2.Response, endpoint: Endpoint, text: streaming.Text
) -> dict[str, Any]:
    """What the stream's events say together, in the form of a whole answer.

    Raises the error that an event holds, or ConnectionFailed for a stream without an end.
    """
    message: dict[str, Any] = {}
    gathered: dict[str, Any] = {"finish_reason": None, "usage": None}
    events = streaming.events(response)
    for data in events:
        if data == LAST_EVENT:
            streaming.leave(response, events)
            break
        event = streaming.object_of(data)
        _raise_error_in(event, response, endpoint)
        _gather(event, gathered, message, text)
    else:
        if gathered["finish_reason"] is None:
            raise streaming.broken_off()
    message["content"] = text.ended()
    choice = {"message": message, "finish_reason": gathered["finish_reason"]}
    return {"choices": [choice], "usage": gathered["usage"]}


def _gather(
    event: dict[str, Any], gathered: dict[str, Any], message: dict[str, Any], text: streaming.Text
) -> None:
    gathered["usage"] = event.get("usage") or gathered["usage"]
    match event.get("choices"):
        case [{"delta": dict() as delta, **choice}, *_]:
            gathered["finish_reason"] = choice.get("finish_reason") or gathered["finish_reason"]
            if isinstance(delta.get("refusal"), str):
                message["refusal"] = message.get("refusal", "") + delta["refusal"]
            text.add(_text(delta.get("content")))


def _whole_answer(response: httpx2.Response, endpoint: Endpoint) -> Answer:
    data = object_in(response, endpoint)
    if not data.get("choices"):
        _raise_error_in(data, response, endpoint)
    return _answer(data, endpoint)


def _raise_error_in(data: dict[str, Any], response: httpx2.Response, endpoint: Endpoint) -> None:
    """Raise the error that some servers wrap into a status of 200, as all do inside of a stream."""
    if not isinstance(data.get("error"), dict):
        return
    status = data["error"].get("code")
    status = status if isinstance(status, int) and 400 <= status < 600 else 500
    raise error_for(status, message_in(json.dumps(data), endpoint), response.headers)


def _answer(data: dict[str, Any], endpoint: Endpoint, first_token_ms: int | None = None) -> Answer:
    match data.get("choices"):
        case [{"message": dict() as message, **choice}, *_]:
            reason = choice.get("finish_reason")
        case _:
            raise errors.MalformedAnswer("The answer has no choice with a message.")
    if reason == "content_filter" or message.get("refusal"):
        said = endpoint.without_key(str(message.get("refusal") or "finish reason content_filter"))
        raise errors.ContentFiltered(said)
    text = endpoint.answer_without_key(_text(message.get("content")))
    if not text.strip():
        raise errors.EmptyAnswer(
            f"No text (finish reason {endpoint.without_key(str(reason))[:40]})."
        )
    finish = FINISHES.get(str(reason), Finish.OTHER)
    return Answer(text, _usage(data.get("usage")), finish, first_token_ms)


def _text(content: object) -> str:
    """A message's text, which some servers send as a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        return "".join(str(part["text"]) for part in parts if isinstance(part.get("text"), str))
    if content is None:
        return ""
    raise errors.MalformedAnswer("The message's content is neither text nor parts.")


def _usage(data: object) -> Usage:
    if not isinstance(data, dict):
        return Usage()
    return Usage(count(data.get("prompt_tokens")), count(data.get("completion_tokens")))


def _models(data: Any, endpoint: Endpoint) -> list[ModelInfo]:
    """``{"data": [...]}``, or the bare list that some servers send."""
    rows = rows_in(data.get("data") if isinstance(data, dict) else data, endpoint)
    return [ModelInfo(row["id"], _context_window(row)) for row in rows]


def _context_window(row: dict[str, Any]) -> int | None:
    counts = (count(row.get(field)) for field in CONTEXT_FIELDS)
    return next((found for found in counts if found), None)
