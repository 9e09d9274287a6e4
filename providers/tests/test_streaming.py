"""Streams as servers write them, and as they break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from operations import outbound
from providers import errors
from providers.adapters import Endpoint, adapter_for, streaming
from providers.tests.stand_in import StandIn
from providers.types import Answer, CompletionRequest, Finish, Usage

REQUEST = CompletionRequest("s", "u")
OPENAI, ANTHROPIC = "openai-compatible", "anthropic"


class Body(httpx2.SyncByteStream):
    """The chunks of a stream; an error among them is raised."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = chunks
        self.closed = self.read_to_its_end = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk
        self.read_to_its_end = True

    def close(self) -> None:
        self.closed = True


def streaming_from(stand_in: StandIn, *chunks: bytes | Exception) -> Body:
    body = Body(*chunks)
    headers = {"Content-Type": "text/event-stream; charset=utf-8"}
    stand_in.reply = lambda _: httpx2.Response(200, headers=headers, stream=body)
    return body


def ask(kind: str, pieces: list[str] | None = None, **fields: Any) -> Answer:
    plain: dict[str, Any] = {"base_url": "https://models.example.com/v1", "key_header": ""}
    target = Endpoint(
        **{"kind": kind, "key": None, "extra_headers": {}, "structured_output": "none"}
        | plain
        | fields
    )
    on_text = (pieces if pieces is not None else []).append
    with outbound.within(5):
        return adapter_for(kind).complete(target, "m", REQUEST, uuid4(), on_text)


def event(data: object) -> bytes:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def chunk(finish: str | None = None, **delta: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def said(kind: str, **data: object) -> bytes:
    return event({"type": kind, **data})


def delta(text: str) -> bytes:
    return said("content_block_delta", delta={"type": "text_delta", "text": text})


START = said("message_start", message={"usage": {"input_tokens": 3, "output_tokens": 1}})
END = said("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2})
STOP = said("message_stop")
DONE = event("[DONE]")


def test_it_asks_for_a_stream_with_its_usage(stand_in: StandIn) -> None:
    streaming_from(stand_in, chunk(content="hello"), DONE)
    ask(OPENAI)
    assert stand_in.body["stream"] is True
    assert stand_in.body["stream_options"] == {"include_usage": True}


def test_it_asks_mistral_for_nothing_that_it_refuses(stand_in: StandIn) -> None:
    streaming_from(stand_in, chunk(content="hello"), DONE)
    ask(OPENAI, base_url="https://api.mistral.ai/v1")
    assert stand_in.body["stream"] is True
    assert "stream_options" not in stand_in.body


def test_it_puts_a_stream_of_openai_s_together(stand_in: StandIn) -> None:
    pieces: list[str] = []
    streaming_from(
        stand_in,
        chunk(role="assistant", content=""),
        chunk(reasoning_content="Hm"),
        chunk(content="hel"),
        chunk(content="lo") + chunk("length"),
        event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}),
        DONE,
    )
    answer = ask(OPENAI, pieces)
    assert (answer.text, answer.usage, answer.finish) == ("hello", Usage(3, 2), Finish.LENGTH)
    assert pieces == ["hel", "lo"]


def test_it_puts_a_stream_of_anthropic_s_together(stand_in: StandIn) -> None:
    pieces: list[str] = []
    streaming_from(
        stand_in,
        START,
        b"event: ping\n" + said("ping"),
        said("content_block_delta", delta={"type": "thinking_delta", "thinking": "Hm"}),
        said("something_new", delta={"type": "text", "text": "?"}),
        delta("hel") + delta("lo"),
        END,
        STOP,
    )
    answer = ask(ANTHROPIC, pieces)
    assert (answer.text, answer.usage, answer.finish) == ("hello", Usage(3, 2), Finish.STOP)
    assert pieces == ["hel", "lo"]


@pytest.mark.parametrize(
    "chunks",
    [
        [chunk(content="a\u2028b\x85c")],
        [chunk(content="a\u2028b\x85c").replace(b"\n", b"\r\n")],
        [bytes([byte]) for byte in chunk(content="a\u2028b\x85c")],
        [b": comment\nid: 7\nretry: 5\nevent: x\n" + chunk(content="a\u2028b\x85c")],
        [chunk(content="a\u2028b\x85c").replace(b"data: ", b"data:")],
        [b"\n\n" + chunk(content="a\u2028b\x85c").replace(b', "finish', b',\ndata: "finish')],
    ],
)
def test_it_reads_events_as_the_standard_allows_them(
    stand_in: StandIn, chunks: list[bytes]
) -> None:
    streaming_from(stand_in, *chunks, DONE)
    assert ask(OPENAI).text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("kind", "chunks"),
    [
        (OPENAI, [chunk(content="hello"), chunk("stop")]),
        (OPENAI, [chunk(content="hello"), DONE]),
        (OPENAI, [chunk("stop", content="hello"), b"data: [DONE]"]),
        (ANTHROPIC, [START, delta("hello"), END]),
        (ANTHROPIC, [START, delta("hello"), STOP]),
    ],
)
def test_it_takes_either_sign_of_the_end(stand_in: StandIn, kind: str, chunks: list[bytes]) -> None:
    streaming_from(stand_in, *chunks)
    assert ask(kind).text == "hello"


@pytest.mark.parametrize("kind", [OPENAI, ANTHROPIC])
def test_it_does_not_wait_for_what_follows_the_end(stand_in: StandIn, kind: str) -> None:
    chunks = [chunk(content="hello"), DONE] if kind == OPENAI else [START, delta("hello"), STOP]
    body = streaming_from(stand_in, *chunks, httpx2.ReadTimeout("the server keeps it open"))
    assert ask(kind).text == "hello"
    assert body.closed


@pytest.mark.parametrize("kind", [OPENAI, ANTHROPIC])
@pytest.mark.parametrize(("scheme", "kept"), [("https", True), ("http", False)])
def test_it_keeps_a_connection_for_the_next_call_where_it_has_tls(
    stand_in: StandIn, kind: str, scheme: str, kept: bool
) -> None:
    last = [DONE] if kind == OPENAI else [STOP]
    body = streaming_from(stand_in, chunk(content="hello"), delta("hello"), *last, b"\n")
    assert ask(kind, base_url=f"{scheme}://models.example.com/v1").text == "hello"
    assert (body.read_to_its_end, body.closed) == (kept, True)


@pytest.mark.parametrize(
    ("kind", "chunks", "error"),
    [
        (OPENAI, [], errors.ConnectionFailed),
        (OPENAI, [b"<html>busy</html>"], errors.ConnectionFailed),
        (OPENAI, [chunk(content="hel")], errors.ConnectionFailed),
        (OPENAI, [chunk(content="hel"), chunk("stop")[:-9]], errors.ConnectionFailed),
        (OPENAI, [chunk(content="hel"), httpx2.ReadError("reset")], errors.ConnectionFailed),
        (OPENAI, [chunk(content="hel"), httpx2.ReadTimeout("late")], errors.CallTimedOut),
        (OPENAI, [event('{"choices')], errors.MalformedAnswer),
        (OPENAI, [event("[" * 100_000)], errors.MalformedAnswer),
        (OPENAI, [event("[1]")], errors.MalformedAnswer),
        (OPENAI, [b"data: \xff\n\n"], errors.MalformedAnswer),
        (OPENAI, [chunk(content=5)], errors.MalformedAnswer),
        (OPENAI, [chunk("stop")], errors.EmptyAnswer),
        (OPENAI, [DONE], errors.EmptyAnswer),
        (OPENAI, [chunk(refusal="I ca"), chunk("stop", refusal="n't")], errors.ContentFiltered),
        (OPENAI, [chunk("content_filter", content="x")], errors.ContentFiltered),
        (OPENAI, [event({"error": {"code": 429, "message": "slow"}})], errors.RateLimited),
        (OPENAI, [chunk(content="x"), event({"error": {"code": "x"}})], errors.ServerFailed),
        (ANTHROPIC, [START, delta("hel")], errors.ConnectionFailed),
        (ANTHROPIC, [START, said("message_delta", delta=5), STOP], errors.EmptyAnswer),
        (ANTHROPIC, [START, event("{"), STOP], errors.MalformedAnswer),
        (ANTHROPIC, [START, END, STOP], errors.EmptyAnswer),
        (
            ANTHROPIC,
            [delta("I"), said("message_delta", delta={"stop_reason": "refusal"}), STOP],
            errors.ContentFiltered,
        ),
        (
            ANTHROPIC,
            [delta("I"), said("error", error={"type": "overloaded_error"})],
            errors.ServerFailed,
        ),
        (
            ANTHROPIC,
            [said("error", error={"type": "invalid_request_error", "message": "bad"})],
            errors.BadRequest,
        ),
    ],
)
def test_it_tells_broken_streams_apart(
    stand_in: StandIn,
    kind: str,
    chunks: list[bytes | Exception],
    error: type[errors.ProviderError],
) -> None:
    body = streaming_from(stand_in, *chunks)
    with pytest.raises(errors.ProviderError) as caught:
        ask(kind)
    assert type(caught.value) is error
    assert body.closed


def test_it_bounds_the_text_of_a_stream(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "MOST_CHARACTERS", 8)
    streaming_from(stand_in, *[chunk(content="hello")] * 3, DONE)
    pieces: list[str] = []
    with pytest.raises(errors.AnswerTooLarge):
        ask(OPENAI, pieces)
    assert pieces == ["hello"]


def test_it_bounds_one_event(stand_in: StandIn) -> None:
    streaming_from(stand_in, b"data: " + b"x" * outbound.MAX_ANSWER_BYTES, b"x")
    with pytest.raises(errors.AnswerTooLarge):
        ask(OPENAI)
