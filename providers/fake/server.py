"""The pretend vendor's HTTP server: chat completions streamed and not, models, its own history."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from providers.fake.faults import KINDS, Fault
from providers.fake.script import QUALITIES, Script, step_of

CALL_ID = "X-Client-Request-Id"
FAULT_MODEL = "fault-"  # a model of this name meets that fault in every call
FIRST_MOMENT = 1_700_000_000
REMEMBERED_CALLS = 10_000
CHUNK_CHARACTERS = 80
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Manners:
    """How the pretend vendor behaves. ``latency`` is seconds before each answer."""

    quality: str = "good"
    latency: float = 0.0
    faults: Sequence[Fault] = ()
    log: Path | None = None


class FakeServer(ThreadingHTTPServer):
    """Listens on loopback only."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, manners: Manners) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.manners = manners
        self.calls: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_CALLS)
        self._numbers = count(1)
        self._lock = Lock()

    def next_number(self) -> int:
        with self._lock:
            return next(self._numbers)

    def remember(self, call: dict[str, Any]) -> None:
        with self._lock:
            self.calls.append(call)
            if self.manners.log is not None:
                with self.manners.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(call) + "\n")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are expected here; anything else is worth a word."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            sys.stderr.write(f"fake_provider: {type(error).__name__}: {error}\n")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: FakeServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer would wait 40 ms for an acknowledgement

    def do_GET(self) -> None:
        if self.path == "/_calls":
            self.send_json(200, {"calls": list(self.server.calls)})
        elif self.path.rstrip("/") == "/v1/models":
            self._answer("", [], _models())
        else:
            self.send_json(404, {"error": {"message": f"No such path: {self.path}"}})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        if self.path.rstrip("/") != "/v1/chat/completions":
            self.send_json(404, {"error": {"message": f"No such path: {self.path}"}})
            return
        try:
            request = json.loads(body)
            messages, model = request["messages"], str(request["model"])
        except (ValueError, TypeError, KeyError):
            self.send_json(400, {"error": {"message": "Send JSON with model and messages."}})
            return
        step = step_of(request)
        quality = model if model in QUALITIES else self.server.manners.quality
        good = _completion(Script(quality).answer(step, messages), messages, model)
        self._answer(model, messages, good, step=step, request=request)

    def _answer(
        self,
        model: str,
        messages: list[Any],
        good: dict[str, Any],
        *,
        step: str = "",
        request: dict[str, Any] | None = None,
    ) -> None:
        """Note the call, wait as long as set, then answer or fail as set."""
        number = self.server.next_number()
        good = {**good, "created": FIRST_MOMENT + number} if "choices" in good else good
        fault = self._fault(number, model)
        streamed = bool(request and request.get("stream"))
        self.server.remember(
            {
                "number": number,
                "path": self.path,
                "call_id": self.headers.get(CALL_ID, ""),
                "model": model,
                "step": step,
                "streamed": streamed,
                "structured": bool(request and request.get("response_format")),
                "characters": sum(len(str(message)) for message in messages),
                "fault": fault,
            }
        )
        time.sleep(self.server.manners.latency)
        if fault and not (streamed and fault == "truncated"):
            KINDS[fault](self, good)
        elif streamed and request:
            self._stream(good, request, cut=fault == "truncated")
        else:
            self.send_json(200, good)

    def _fault(self, number: int, model: str) -> str:
        named = model.removeprefix(FAULT_MODEL)
        if model.startswith(FAULT_MODEL) and named in KINDS:
            return named
        striking = (fault for fault in self.server.manners.faults if fault.strikes(number))
        return next((fault.kind for fault in striking), "")

    def _stream(self, good: dict[str, Any], request: dict[str, Any], *, cut: bool) -> None:
        """Server-sent events; with ``cut`` the stream ends in the middle, without a word."""
        self.send_head(200, "text/event-stream", None)
        events = [*_chunks(good, request), "[DONE]"]
        for event in events[: len(events) // 2] if cut else events:
            self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.flush()

    def send_json(
        self, status: int, data: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        self.send_body(status, "application/json", json.dumps(data).encode(), headers)

    def send_body(
        self, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_head(status, kind, len(body), headers)
        self.wfile.write(body)

    def send_head(
        self, status: int, kind: str, length: int | None, headers: dict[str, str] | None = None
    ) -> None:
        """Status and headers; without a ``length`` the body ends with the connection."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """The history is the log."""


def _models() -> dict[str, Any]:
    names = [*QUALITIES, *(f"{FAULT_MODEL}{kind}" for kind in KINDS)]
    rows = [
        {"id": name, "object": "model", "owned_by": "fake", "context_window": 128_000}
        for name in names
    ]
    return {"object": "list", "data": rows}


def _completion(text: str, messages: list[Any], model: str) -> dict[str, Any]:
    asked = sum(len(str(message.get("content", ""))) for message in messages) // 4 + 1
    answered = len(text) // 4 + 1
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": asked,
            "completion_tokens": answered,
            "total_tokens": asked + answered,
        },
    }


def _chunks(good: dict[str, Any], request: dict[str, Any]) -> Iterator[str]:
    """The answer in pieces, then the reason for its end, then the usage if it was asked for."""
    base = {**good, "object": "chat.completion.chunk"}
    usage = base.pop("usage")
    text = good["choices"][0]["message"]["content"]
    pieces = [text[i : i + CHUNK_CHARACTERS] for i in range(0, len(text), CHUNK_CHARACTERS)]
    deltas: list[dict[str, str]] = [{"role": "assistant"}, *({"content": p} for p in pieces)]
    for delta in deltas:
        yield json.dumps({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield json.dumps({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if (request.get("stream_options") or {}).get("include_usage"):
        yield json.dumps({**base, "choices": [], "usage": usage})
