"""What adapters share in reading answers: JSON, counts, and the errors of the vendors' SDKs.

OpenAI's and Anthropic's SDKs have one origin, so that their errors bear the same names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx2

from operations import outbound
from providers import errors
from providers.adapters.base import Endpoint
from providers.adapters.statuses import error_for


@contextmanager
def typed_errors(endpoint: Endpoint, sdk: Any, root: type[Exception]) -> Iterator[None]:
    """Raise our errors for those of ``sdk``, whose errors all descend from ``root``.

    ``from None``: the originals carry bodies and requests. No error quotes the key, whichever part
    of its answer the provider put it into.
    """
    try:
        with _translated(endpoint, sdk, root):
            yield
    except errors.ProviderError as error:
        error.args = (endpoint.without_key(str(error)),)
        raise


@contextmanager
def _translated(endpoint: Endpoint, sdk: Any, root: type[Exception]) -> Iterator[None]:
    try:
        yield
    except sdk.APIStatusError as error:
        told = message_in(error.response.text, endpoint)
        raise error_for(error.status_code, told, error.response.headers) from None
    except sdk.APITimeoutError:
        raise errors.CallTimedOut from None
    except sdk.APIConnectionError as error:
        raise _connection_error(error.__cause__, endpoint) from None
    except httpx2.TimeoutException:
        raise errors.CallTimedOut from None
    except httpx2.HTTPError as error:
        raise _connection_error(error, endpoint) from None
    except root as error:
        raise errors.MalformedAnswer(f"{type(error).__name__} in the SDK") from None


def _connection_error(cause: BaseException | None, endpoint: Endpoint) -> errors.ProviderError:
    text = endpoint.without_key(str(cause or ""))  # a header that is none is quoted in it
    match cause:
        case outbound.Forbidden():
            return errors.AddressRefused(text)
        case outbound.ResponseTooLarge():
            return errors.AnswerTooLarge(text)
        case outbound.UnusableResponse():
            return errors.MalformedAnswer(text)
    return errors.ConnectionFailed(text)


def json_in(response: httpx2.Response, endpoint: Endpoint) -> Any:
    """The JSON of an answer. Raises MalformedAnswer."""
    try:
        return json.loads(response.read())
    except (ValueError, RecursionError):
        kind = endpoint.without_key(response.headers.get("Content-Type", "without a type"))
        raise errors.MalformedAnswer(f"The answer is no JSON ({kind[:60]}).") from None


def object_in(response: httpx2.Response, endpoint: Endpoint) -> dict[str, Any]:
    """The JSON object of an answer. Raises MalformedAnswer."""
    data = json_in(response, endpoint)
    if not isinstance(data, dict):
        raise errors.MalformedAnswer("The answer is JSON, but no object.")
    return data


def rows_in(listed: Any, endpoint: Endpoint) -> list[dict[str, Any]]:
    """The rows of a list of models that have an id, without those that quote the key in it.

    Raises MalformedAnswer.
    """
    if not isinstance(listed, list):
        raise errors.MalformedAnswer("The list of models is not a list.")
    named = [row for row in listed if isinstance(row, dict) and isinstance(row.get("id"), str)]
    return [row for row in named if endpoint.answer_without_key(row["id"]) == row["id"]]


def count(value: object) -> int | None:
    """A plausible number, or None: it is stored in 31 bits."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return cast(int, value) if fits else None


def message_in(text: str, endpoint: Endpoint) -> str:
    """The readable part of an error's body: codes and message, or its first line; no key in it.

    The key is looked for once the JSON is read, which may spell its characters in other ways.
    """
    return endpoint.without_key(_message_in(text))


def _message_in(text: str) -> str:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text.strip().partition("\n")[0]
    data = data[0] if isinstance(data, list) and data else data
    error = data.get("error", data) if isinstance(data, dict) else data
    if not isinstance(error, dict):
        return str(error)
    told = (error.get(field) for field in ("code", "type", "message"))
    return ": ".join(str(value) for value in told if value)
