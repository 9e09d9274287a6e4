"""The ways in which the pretend vendor can fail, each as real servers do it."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from providers.fake.dialects import Dialect

if TYPE_CHECKING:
    from providers.fake.server import Handler

HANG_SECONDS = 3600.0
DRIP_SECONDS = 0.2
OVERSIZED_BYTES = 64 * 1024 * 1024
COMMENT = ": still here\n\n"  # which servers send so that a silent connection is not closed
HTML = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1><p>nginx</p>"


@dataclass(frozen=True)
class Fault:
    """A kind of fault and the share of calls (0 to 1) that meet it, evenly spread."""

    kind: str
    rate: float = 1.0

    def strikes(self, number: int) -> bool:
        """Whether the call with this number (from 1) meets the fault."""
        return int(number * self.rate) > int((number - 1) * self.rate)


def parse_fault(text: str) -> Fault:
    """``KIND`` or ``KIND:RATE``. Raises ValueError."""
    kind, _, rate = text.partition(":")
    if kind not in ALL_KINDS:
        raise ValueError(f"{kind!r} is not one of: {', '.join(ALL_KINDS)}")
    share = float(rate or 1)
    if not 0 <= share <= 1:
        raise ValueError("the rate must be between 0 and 1")
    return Fault(kind, share)


@dataclass(frozen=True)
class Reply:
    """What a call would be answered without a fault. ``pace`` is seconds between two events."""

    dialect: Dialect
    good: dict[str, Any]
    request: dict[str, Any]
    pace: float = 0.0

    @property
    def streamed(self) -> bool:
        return bool(self.request.get("stream"))

    @property
    def body(self) -> bytes:
        return json.dumps(self.good).encode()

    def frames(self) -> list[str]:
        return self.dialect.frames(self.good, self.request)

    def send(self, handler: Handler) -> None:
        if not self.streamed:
            handler.send_json(200, self.good)
            return
        handler.begin_stream()
        handler.send_frames(self.frames(), self.pace)
        handler.end_stream()

    def send_half(self, handler: Handler) -> list[str]:
        """Begin the stream and stop in the middle of its events; returns the others."""
        frames = self.frames()
        handler.begin_stream()
        handler.send_frames(frames[: len(frames) // 2], self.pace)
        return frames[len(frames) // 2 :]


Act = Callable[["Handler", Reply], None]


def _refused(kind: str) -> Act:
    def act(handler: Handler, reply: Reply) -> None:
        refusal = reply.dialect.refusals[kind]
        handler.send_json(refusal.status, reply.dialect.error(refusal), refusal.headers)

    return act


def _ended(ending: str) -> Act:
    def act(handler: Handler, reply: Reply) -> None:
        replace(reply, good=reply.dialect.ended(reply.good, ending)).send(handler)

    return act


def _hang(handler: Handler, reply: Reply) -> None:
    time.sleep(HANG_SECONDS)


def _reset(handler: Handler, reply: Reply) -> None:
    """Close with pending data dropped, which the other side sees as a reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def _truncated(handler: Handler, reply: Reply) -> None:
    """Announce a whole answer or begin a stream, send half of it and hang up."""
    handler.close_connection = True
    if reply.streamed:
        reply.send_half(handler)
        return
    handler.send_head(200, "application/json", len(reply.body))
    handler.wfile.write(reply.body[: len(reply.body) // 2])


def _malformed(handler: Handler, reply: Reply) -> None:
    handler.send_body(200, "application/json", reply.body[: len(reply.body) // 2])


def _html(handler: Handler, reply: Reply) -> None:
    handler.send_body(502, "text/html", HTML.encode())


def _html_ok(handler: Handler, reply: Reply) -> None:
    handler.send_body(200, "text/html", HTML.encode())


def _drip(handler: Handler, reply: Reply) -> None:
    handler.send_head(200, "application/json", len(reply.body))
    for byte in reply.body:
        handler.wfile.write(bytes([byte]))
        time.sleep(DRIP_SECONDS)


def _oversized(handler: Handler, reply: Reply) -> None:
    handler.send_head(200, "application/json", None)
    _flood(handler, b" " * 65_536)


def _flood(handler: Handler, block: bytes) -> None:
    for _ in range(OVERSIZED_BYTES // len(block)):
        handler.wfile.write(block)


def _redirect(handler: Handler, reply: Reply) -> None:
    handler.send_body(307, "text/plain", b"", {"Location": "http://127.0.0.1:9/v1"})


def _half_then(rest: Callable[[Reply, list[str]], Iterator[str]]) -> Act:
    """Half of the events, then what ``rest`` makes of the others; a whole answer meets no fault."""

    def act(handler: Handler, reply: Reply) -> None:
        if reply.streamed:
            handler.send_frames(rest(reply, reply.send_half(handler)))
            handler.end_stream()
        else:
            reply.send(handler)

    return act


def _silence(reply: Reply, others: list[str]) -> Iterator[str]:
    time.sleep(HANG_SECONDS)
    yield from others


def _comments(reply: Reply, others: list[str]) -> Iterator[str]:
    for _ in range(int(HANG_SECONDS / DRIP_SECONDS)):
        time.sleep(DRIP_SECONDS)
        yield COMMENT


def _flood_of_comments(reply: Reply, others: list[str]) -> Iterator[str]:
    block = COMMENT * (65_536 // len(COMMENT))
    for _ in range(OVERSIZED_BYTES // len(block)):
        yield block


def _garbage(reply: Reply, others: list[str]) -> Iterator[str]:
    yield others[0].replace("{", "", 1)
    yield from others


def _failure(reply: Reply, others: list[str]) -> Iterator[str]:
    yield reply.dialect.failure()


def _without_usage(handler: Handler, reply: Reply) -> None:
    kept = {name: value for name, value in reply.good.items() if name != "usage"}
    replace(reply, good=kept if reply.streamed else reply.good).send(handler)


def _whole(handler: Handler, reply: Reply) -> None:
    handler.send_json(200, reply.good)


KINDS: dict[str, Act] = {
    "401": _refused("401"),
    "402": _refused("402"),
    "403": _refused("403"),
    "413": _refused("413"),
    "429": _refused("429"),
    "429-retry-after": _refused("429-retry-after"),
    "quota": _refused("quota"),
    "500": _refused("500"),
    "503": _refused("503"),
    "timeout": _hang,
    "reset": _reset,
    "truncated": _truncated,
    "malformed": _malformed,
    "empty": _ended("empty"),
    "html": _html,
    "html-200": _html_ok,
    "drip": _drip,
    "oversized": _oversized,
    "redirect": _redirect,
    "unknown-model": _refused("unknown-model"),
    "context-length": _refused("context-length"),
    "bad-request": _refused("bad-request"),
    "refusal": _ended("refusal"),
    "content-filter": _ended("content-filter"),
}
# What only a stream can meet; a call for a whole answer is answered well.
STREAM_KINDS: dict[str, Act] = {
    "stream-cut": _half_then(lambda reply, others: iter(())),
    "stream-stall": _half_then(_silence),
    "stream-endless": _half_then(_comments),
    "stream-flood": _half_then(_flood_of_comments),
    "stream-garbage": _half_then(_garbage),
    "stream-error": _half_then(_failure),
    "stream-no-usage": _without_usage,
    "stream-ignored": _whole,
}
ALL_KINDS = {**KINDS, **STREAM_KINDS}
