"""The ways in which the pretend vendor can fail, each as real servers do it."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from providers.fake.server import Handler

HANG_SECONDS = 3600.0
DRIP_SECONDS = 0.2
OVERSIZED_BYTES = 64 * 1024 * 1024
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
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of: {', '.join(KINDS)}")
    share = float(rate or 1)
    if not 0 <= share <= 1:
        raise ValueError("the rate must be between 0 and 1")
    return Fault(kind, share)


Act = Callable[["Handler", dict[str, Any]], None]


def _refuse(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Act:
    def act(handler: Handler, good: dict[str, Any]) -> None:
        error = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
        handler.send_json(status, {"error": error}, headers)

    return act


def _hang(handler: Handler, good: dict[str, Any]) -> None:
    time.sleep(HANG_SECONDS)


def _reset(handler: Handler, good: dict[str, Any]) -> None:
    """Close with pending data dropped, which the other side sees as a reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def _truncated(handler: Handler, good: dict[str, Any]) -> None:
    """Announce a whole answer, send half of it and hang up."""
    body = json.dumps(good).encode()
    handler.send_head(200, "application/json", len(body))
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def _malformed(handler: Handler, good: dict[str, Any]) -> None:
    body = json.dumps(good).encode()
    handler.send_body(200, "application/json", body[: len(body) // 2])


def _html(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_body(502, "text/html", HTML.encode())


def _html_ok(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_body(200, "text/html", HTML.encode())


def _drip(handler: Handler, good: dict[str, Any]) -> None:
    body = json.dumps(good).encode()
    handler.send_head(200, "application/json", len(body))
    for byte in body:
        handler.wfile.write(bytes([byte]))
        time.sleep(DRIP_SECONDS)


def _oversized(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_head(200, "application/json", None)
    for _ in range(OVERSIZED_BYTES // 65_536):
        handler.wfile.write(b" " * 65_536)


def _redirect(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_body(307, "text/plain", b"", {"Location": "http://127.0.0.1:9/v1"})


def _with_message(good: dict[str, Any], message: dict[str, Any], finish: str) -> dict[str, Any]:
    message = {"role": "assistant", **message}
    return {**good, "choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def _empty(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_json(200, _with_message(good, {"content": ""}, "stop"))


def _refusal(handler: Handler, good: dict[str, Any]) -> None:
    message = {"content": None, "refusal": "I cannot help with that."}
    handler.send_json(200, _with_message(good, message, "stop"))


def _content_filter(handler: Handler, good: dict[str, Any]) -> None:
    handler.send_json(200, _with_message(good, {"content": "The"}, "content_filter"))


KINDS: dict[str, Act] = {
    "401": _refuse(401, "invalid_api_key", "Incorrect API key provided."),
    "402": _refuse(402, "insufficient_credit", "Insufficient credits."),
    "403": _refuse(403, "forbidden", "Your project may not use this."),
    "429": _refuse(429, "rate_limit_exceeded", "Rate limit reached."),
    "429-retry-after": _refuse(
        429, "rate_limit_exceeded", "Rate limit reached.", {"Retry-After": "7"}
    ),
    "quota": _refuse(429, "insufficient_quota", "You exceeded your current quota."),
    "500": _refuse(500, "internal_error", "The server had an error."),
    "503": _refuse(503, "overloaded", "The engine is overloaded.", {"Retry-After": "3"}),
    "timeout": _hang,
    "reset": _reset,
    "truncated": _truncated,
    "malformed": _malformed,
    "empty": _empty,
    "html": _html,
    "html-200": _html_ok,
    "drip": _drip,
    "oversized": _oversized,
    "redirect": _redirect,
    "unknown-model": _refuse(404, "model_not_found", "The model `x` does not exist."),
    "context-length": _refuse(
        400, "context_length_exceeded", "This model's maximum context length is 4096 tokens."
    ),
    "bad-request": _refuse(400, "invalid_value", "Unsupported parameter."),
    "refusal": _refusal,
    "content-filter": _content_filter,
}
