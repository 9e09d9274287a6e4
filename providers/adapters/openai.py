"""Chat completions as OpenAI defined them and many servers speak them, through OpenAI's SDK.

The SDK builds and sends the request over our own client. Answers are read here from the JSON
itself, since compatible servers differ in all that the SDK would expect of them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import httpx2
import openai

from operations import outbound
from providers import errors
from providers.adapters.base import CALL_ID_HEADER, Endpoint, ModelInfo
from providers.adapters.statuses import error_for
from providers.types import Answer, CompletionRequest, Finish, JsonSchema, Usage

# The SDK would add these headers, which may hold keys, to the calls of every provider.
os.environ.pop("OPENAI_CUSTOM_HEADERS", None)

FINISHES = {"stop": Finish.STOP, "length": Finish.LENGTH, "eos": Finish.STOP}
CONTEXT_FIELDS = ("context_window", "context_length", "max_context_length", "max_model_len")
FIXED_TEMPERATURE = re.compile(r"(o\d|gpt-5)(?!.*chat)")  # these take none but their default


class CompatibleAdapter:
    """Any server with /chat/completions and /models."""

    max_tokens_field = "max_tokens"
    strict_schema = False  # many servers refuse the word, or the schemas it is used with

    def complete(
        self, endpoint: Endpoint, model: str, request: CompletionRequest, call_id: UUID
    ) -> Answer:
        with _typed_errors(endpoint):
            completions = _client(endpoint, request.timeout_seconds).chat.completions
            raw = completions.with_raw_response.create(
                **self.body(endpoint, model, request),
                extra_headers={**_headers(endpoint), CALL_ID_HEADER: str(call_id)},
            )
            return _answer(_json_object(raw.http_response, endpoint), endpoint)

    def list_models(self, endpoint: Endpoint, timeout_seconds: float) -> list[ModelInfo]:
        with _typed_errors(endpoint):
            listing = _client(endpoint, timeout_seconds).models.with_raw_response
            raw = listing.list(extra_headers=_headers(endpoint))
            return _models(_json(raw.http_response))

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


def _client(endpoint: Endpoint, timeout_seconds: float) -> openai.OpenAI:
    """The SDK over the shared HTTP client; cheap enough to be made for each call."""
    return openai.OpenAI(
        api_key="unused: the key is a header",
        base_url=endpoint.base_url,
        http_client=outbound.client(),
        timeout=timeout_seconds,
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


@contextmanager
def _typed_errors(endpoint: Endpoint) -> Iterator[None]:
    """Raise our errors for the SDK's. ``from None``: the originals carry bodies and requests."""
    try:
        yield
    except openai.APIStatusError as error:
        text = endpoint.without_key(error.response.text)
        raise error_for(error.status_code, _message_in(text), error.response.headers) from None
    except openai.APITimeoutError:
        raise errors.CallTimedOut from None
    except openai.APIConnectionError as error:
        raise _connection_error(error.__cause__) from None
    except httpx2.TimeoutException:
        raise errors.CallTimedOut from None
    except httpx2.HTTPError as error:
        raise _connection_error(error) from None
    except openai.OpenAIError as error:
        raise errors.MalformedAnswer(f"{type(error).__name__} in the SDK") from None


def _connection_error(cause: BaseException | None) -> errors.ProviderError:
    text = str(cause or "")
    match cause:
        case outbound.Forbidden():
            return errors.AddressRefused(text)
        case outbound.ResponseTooLarge():
            return errors.AnswerTooLarge(text)
        case outbound.UnusableResponse():
            return errors.MalformedAnswer(text)
    return errors.ConnectionFailed(text)


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        kind = response.headers.get("Content-Type", "without a type")
        raise errors.MalformedAnswer(f"The answer is no JSON ({kind[:60]}).") from None


def _json_object(response: httpx2.Response, endpoint: Endpoint) -> dict[str, Any]:
    """The JSON object of an answer; some servers wrap an error into a status of 200."""
    data = _json(response)
    if not isinstance(data, dict):
        raise errors.MalformedAnswer("The answer is JSON, but no object.")
    if isinstance(data.get("error"), dict) and not data.get("choices"):
        status = data["error"].get("code")
        status = status if isinstance(status, int) and 400 <= status < 600 else 500
        text = endpoint.without_key(json.dumps(data))
        raise error_for(status, _message_in(text), response.headers)
    return data


def _answer(data: dict[str, Any], endpoint: Endpoint) -> Answer:
    match data.get("choices"):
        case [{"message": dict() as message, **choice}, *_]:
            reason = choice.get("finish_reason")
        case _:
            raise errors.MalformedAnswer("The answer has no choice with a message.")
    if reason == "content_filter" or message.get("refusal"):
        said = endpoint.without_key(str(message.get("refusal") or "finish reason content_filter"))
        raise errors.ContentFiltered(said)
    text = _text(message.get("content"))
    if not text.strip():
        raise errors.EmptyAnswer(f"No text (finish reason {str(reason)[:40]}).")
    return Answer(text, _usage(data.get("usage")), FINISHES.get(str(reason), Finish.OTHER))


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
    return Usage(_count(data.get("prompt_tokens")), _count(data.get("completion_tokens")))


def _count(value: object) -> int | None:
    """A plausible number, or None: it is stored in 31 bits."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return cast(int, value) if fits else None


def _models(data: Any) -> list[ModelInfo]:
    """``{"data": [...]}``, or the bare list that some servers send."""
    listed = data.get("data") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise errors.MalformedAnswer("The list of models is not a list.")
    rows = [row for row in listed if isinstance(row, dict) and isinstance(row.get("id"), str)]
    return [ModelInfo(row["id"], _context_window(row)) for row in rows]


def _context_window(row: dict[str, Any]) -> int | None:
    counts = (_count(row.get(field)) for field in CONTEXT_FIELDS)
    return next((count for count in counts if count), None)


def _message_in(text: str) -> str:
    """The readable part of an error's body: codes and message, or its first line."""
    try:
        data = json.loads(text)
    except ValueError:
        return text.strip().partition("\n")[0]
    data = data[0] if isinstance(data, list) and data else data
    error = data.get("error", data) if isinstance(data, dict) else data
    if not isinstance(error, dict):
        return str(error)
    told = (error.get(field) for field in ("code", "type", "message"))
    return ": ".join(str(value) for value in told if value)
