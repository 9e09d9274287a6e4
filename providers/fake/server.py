"""The pretend vendor's HTTP server: answers streamed and not, lists of models, its own history."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers.fake.anthropic import Anthropic
from providers.fake.dialects import Dialect, Refusal
from providers.fake.faults import ALL_KINDS, Fault, Reply
from providers.fake.obedient import OBEDIENT, Obedient
from providers.fake.openai import OpenAi
from providers.fake.script import QUALITIES, Script, step_of

CALL_ID = "X-Client-Request-Id"
FAULT_MODEL = "fault-"  # a model of this name meets that fault in every call
REMEMBERED_CALLS = 10_000
MOST_BYTES = 32 * 1024 * 1024
OPENAI, ANTHROPIC = OpenAi(), Anthropic()
DIALECTS: dict[str, Dialect] = {dialect.path: dialect for dialect in (OPENAI, ANTHROPIC)}
MODES = (*QUALITIES, OBEDIENT)
MODELS = [*MODES, *(f"{FAULT_MODEL}{kind}" for kind in ALL_KINDS)]


@dataclass(frozen=True)
class Manners:
    """How the pretend vendor behaves.

    ``latency`` is seconds before each answer, ``pace`` after each piece of a streamed one.
    """

    quality: str = "good"
    latency: float = 0.0
    pace: float = 0.0
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
        address = urlsplit(self.path)
        if address.path == "/_calls":
            self.send_json(200, {"calls": list(self.server.calls)})
        elif address.path.rstrip("/") == "/v1/models":
            dialect = ANTHROPIC if self.headers.get("anthropic-version") else OPENAI
            listed = dialect.models(MODELS, dict(parse_qsl(address.query)))
            number = self.server.next_number()
            self._answer(Reply(dialect, listed, {}), number)
        else:
            self.send_json(404, {"error": {"message": f"No such path: {self.path}"}})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
        dialect = DIALECTS.get(self.path.rstrip("/"))
        if dialect is None:
            self.send_json(404, {"error": {"message": f"No such path: {self.path}"}})
            return
        request = _parsed(body)
        complaint = (
            "Send JSON with model and messages."
            if request is None
            else dialect.complaint(request, {k.lower(): v for k, v in self.headers.items()})
        )
        if request is None or complaint:
            refusal = Refusal(400, "invalid_request_error", complaint)
            self.send_json(400, dialect.error(refusal))
        else:
            self._complete(dialect, request)

    def _complete(self, dialect: Dialect, request: dict[str, Any]) -> None:
        manners, model = self.server.manners, str(request["model"])
        step = step_of(request)
        quality = model if model in MODES else manners.quality
        number = self.server.next_number()
        if quality == OBEDIENT:
            reader = Obedient(dialect.prompt(request))
            good = dialect.completion(reader.answer(step), request, number)
            good, orders = dialect.calling(good, reader.tools()), reader.orders
        else:
            text = Script(quality).answer(step, request["messages"])
            good, orders = dialect.completion(text, request, number), []
        self._answer(Reply(dialect, good, request, manners.pace), number, model, step, orders)

    def _answer(
        self,
        reply: Reply,
        number: int,
        model: str = "",
        step: str = "",
        orders: Sequence[str] = (),
    ) -> None:
        """Note the call, wait as long as set, then answer or fail as set."""
        fault = self._fault(number, model)
        asked = reply.dialect.prompt(reply.request) if reply.request else []
        self.server.remember(
            {
                "number": number,
                "path": self.path,
                "call_id": self.headers.get(CALL_ID, ""),
                "model": model,
                "step": step,
                "streamed": reply.streamed,
                "structured": reply.dialect.structured(reply.request),
                "characters": sum(len(str(message)) for message in asked),
                "fault": fault,
                "orders": list(orders),
            }
        )
        time.sleep(self.server.manners.latency)
        if fault:
            ALL_KINDS[fault](self, reply)
        else:
            reply.send(self)

    def _fault(self, number: int, model: str) -> str:
        named = model.removeprefix(FAULT_MODEL)
        if model.startswith(FAULT_MODEL) and named in ALL_KINDS:
            return named
        striking = (fault for fault in self.server.manners.faults if fault.strikes(number))
        return next((fault.kind for fault in striking), "")

    def begin_stream(self) -> None:
        self.send_head(200, "text/event-stream", None, {"Transfer-Encoding": "chunked"})

    def send_frames(self, frames: Iterable[str], pace: float = 0.0) -> None:
        """Server-sent events, each sent at once, and then a pause of ``pace`` seconds."""
        for frame in frames:
            self._send_chunk(frame.encode())
            time.sleep(pace)

    def end_stream(self) -> None:
        self._send_chunk(b"")

    def _send_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
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
        """Status and headers; a body without ``length`` or chunks ends with the connection."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is None and "Transfer-Encoding" not in (headers or {}):
            self.send_header("Connection", "close")
        elif length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """The history is the log."""


def _parsed(body: bytes) -> dict[str, Any] | None:
    """The request, if it is an object with a model and messages."""
    try:
        request = json.loads(body)
        complete = isinstance(request["messages"], list) and "model" in request
    except (ValueError, TypeError, KeyError):
        return None
    return request if complete else None
