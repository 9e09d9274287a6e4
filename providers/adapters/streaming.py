"""Answers that come in pieces, as server-sent events: asked for, read and bounded.

The vendors' SDKs could read them too, but into objects of their own that compatible servers do not
fill, and with errors that say little about what a stream broke on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx2

from operations import outbound
from providers import errors
from providers.adapters.base import Endpoint, OnText

MOST_STREAM_BYTES = 32 * 1024 * 1024  # each word of a text comes in some 300 bytes of JSON
LEAVING_SECONDS = 1.0
MOST_CHARACTERS = outbound.MAX_ANSWER_BYTES


class Text:
    """The text of an answer as it grows, handed on piece by piece, never with the key in it.

    What may be the beginning of the key waits for what follows it.
    """

    def __init__(self, on_text: OnText, endpoint: Endpoint) -> None:
        self.on_text = on_text
        self._endpoint = endpoint
        self._waiting = ""
        self.first_token_ms: int | None = None
        self._start = time.monotonic()
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Raises AnswerTooLarge."""
        if not piece:
            return
        if self.first_token_ms is None:
            self.first_token_ms = int((time.monotonic() - self._start) * 1000)
        self._length += len(piece)
        if self._length > MOST_CHARACTERS:
            raise errors.AnswerTooLarge(f"The text has more than {MOST_CHARACTERS} characters.")
        held = self._endpoint.answer_without_key(self._waiting + piece)
        cut = len(held) - _overlap(held, self._endpoint.secret)
        self._waiting = held[cut:]
        self._hand_on(held[:cut])

    def ended(self) -> str:
        """The whole text, once all of it has come."""
        self._hand_on(self._waiting)
        self._waiting = ""
        return "".join(self._pieces)

    def _hand_on(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self.on_text(piece)


def _overlap(text: str, secret: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of ``secret``."""
    longest = min(len(text), len(secret) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(secret[:n])), 0)


@contextmanager
def opened(client: Any, path: str, **how: Any) -> Iterator[httpx2.Response]:
    """The answer to a POST by an SDK's client, its body unread, closed at the end of the block."""
    with outbound.streaming(MOST_STREAM_BYTES):
        response: httpx2.Response = client.post(path, cast_to=httpx2.Response, stream=True, **how)
        try:
            yield response
        finally:
            response.close()


def is_stream(response: httpx2.Response) -> bool:
    """Whether the server answers in pieces: some answer whole although asked otherwise."""
    kind: str = response.headers.get("Content-Type", "")
    return kind.partition(";")[0].strip().lower() == "text/event-stream"


def events(response: httpx2.Response) -> Iterator[str]:
    """The data of each complete event. Names, ids, comments and a last half event are left out."""
    held: list[str] = []
    for line in _lines(response):
        if line.startswith(b"data:"):
            held.append(_text(line[5:].removeprefix(b" ")))
        elif not line and held:
            yield "\n".join(held)
            held = []


def leave(response: httpx2.Response, rest: Iterator[str]) -> None:
    """Done with a stream at its last event: keep the connection where it is costly, with TLS.

    For that the little that follows is read. Servers without TLS are one's own, and one of them
    (llama.cpp's) closes the connection a moment after a stream, which would break the next call.
    """
    if response.request.url.scheme != "https":
        return
    with suppress(httpx2.HTTPError, errors.ProviderError), outbound.within(LEAVING_SECONDS):
        for _ in rest:
            pass


def object_of(data: str) -> dict[str, Any]:
    """The JSON object that an event holds. Raises MalformedAnswer."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise errors.MalformedAnswer("An event of the stream is no JSON.") from None
    if not isinstance(found, dict):
        raise errors.MalformedAnswer("An event of the stream is JSON, but no object.")
    return found


def broken_off() -> errors.ProviderError:
    """The error for a stream that ended before it said that the answer is complete."""
    return errors.ConnectionFailed("The stream ended before the answer did.")


def _lines(response: httpx2.Response) -> Iterator[bytes]:
    """The complete lines of a body. JSON may hold what Python would also take for their ends."""
    line = bytearray()
    for chunk in response.iter_bytes():
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            yield bytes(line + part).removesuffix(b"\r")
            line.clear()
        line += rest
        if len(line) > outbound.MAX_ANSWER_BYTES:
            raise errors.AnswerTooLarge("An event of the stream is too long.")


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise errors.MalformedAnswer("An event of the stream is no text.") from None
