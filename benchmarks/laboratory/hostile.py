"""Tries hostile base URLs with the network unplugged: only loopback can be reached, and it counts.

Names are resolved by a script that each row writes, connections by Python's own sockets, whose
every attempt is noted. One counts when it goes anywhere but to the server that is listed or to the
one public address that a row names as an answer.
"""

from __future__ import annotations

import errno
import socket
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

FILE = Path(__file__).resolve().parents[1] / "hostile_urls.toml"
HOST = "127.0.0.1"
PUBLIC = "93.184.216.34"
LISTED = "listed.example.test"


@dataclass(frozen=True)
class Row:
    """One line of the table, with its ports filled in."""

    number: int
    why: str
    url: str
    answers: tuple[tuple[str, ...], ...] = ()
    saves: bool = False
    redirects: tuple[int, str] | None = None


class Sink:
    """Accepts whatever comes on a loopback port, counts it and hangs up."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server((HOST, 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; whoever came before is counted."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()


class Redirector(ThreadingHTTPServer):
    """The listed server: sends everybody on to where the row says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), _Redirecting)
        self.answer: tuple[int, str] = (404, "")
        self.asked = 0


class _Redirecting(BaseHTTPRequestHandler):
    server: Redirector

    def do_GET(self) -> None:
        self.server.asked += 1
        status, target = self.server.answer
        self.send_response(status)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@dataclass
class Outside:
    """The world outside of the process while rows are tried."""

    sink: Sink
    redirector: Redirector
    row: Row | None = None
    names_asked: int = 0
    tried: list[tuple[str, int]] = field(default_factory=list)

    def begin(self, row: Row) -> None:
        """From now on answer as this row says, and count anew."""
        self.row, self.names_asked, self.tried = row, 0, []
        self.sink.visits, self.redirector.asked = 0, 0
        self.redirector.answer = row.redirects or (404, "")

    def made(self) -> list[str]:
        """The connections that were made or tried where none may go."""
        answers = self.row.answers if self.row else ()
        public = {PUBLIC} & {address for answer in answers for address in answer}
        listed = (HOST, self.redirector.server_port)
        return [
            f"{host}:{port}"
            for host, port in self.tried
            if (host, port) != listed and host not in public
        ]

    def resolve(self, real: Callable[..., Any], host: Any, *rest: Any, **named: Any) -> Any:
        """The resolver: by the row's script, else by the system's, which is asked for numbers."""
        if self.row is None or not self.row.answers or _is_number(host):
            return real(host, *rest, **named)
        answers = self.row.answers[min(self.names_asked, len(self.row.answers) - 1)]
        self.names_asked += 1
        port = rest[0] if rest else named.get("port")
        return [(_family(one), socket.SOCK_STREAM, 6, "", (one, port)) for one in answers]

    def connect(self, real: Callable[..., Any], end: socket.socket, address: Any) -> Any:
        """The way out: noted, and open to loopback only."""
        if end.family in (socket.AF_INET, socket.AF_INET6):
            self.tried.append((str(address[0]), int(address[1])))
            if address[0] != HOST:
                raise OSError(errno.ENETUNREACH, "The network is unplugged")
        return real(end, address)


def rows(sink: int, listed: int) -> list[Row]:
    """The table."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["rows"]
    return [_row(number, values, sink, listed) for number, values in enumerate(found, 1)]


@contextmanager
def unplugged() -> Iterator[Outside]:
    """The network of this process replaced, until the block ends."""
    sink, redirector = Sink(), Redirector()
    serving = threading.Thread(target=redirector.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    outside = Outside(sink, redirector)
    try:
        with _replaced(outside):
            yield outside
    finally:
        redirector.shutdown()
        serving.join()
        redirector.server_close()
        sink.close()


@contextmanager
def _replaced(outside: Outside) -> Iterator[None]:
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        return outside.resolve(resolve, host, *rest, **named)

    def connected(end: socket.socket, address: Any) -> Any:
        return outside.connect(connect, end, address)

    with (
        mock.patch.object(socket, "getaddrinfo", getaddrinfo),
        mock.patch.object(socket.socket, "connect", connected),
    ):
        yield


def _row(number: int, values: dict[str, Any], sink: int, listed: int) -> Row:
    def filled(text: str) -> str:
        return text.replace("{sink}", str(sink)).replace("{listed}", str(listed))

    status, target = values.get("redirects", (0, ""))
    return Row(
        number=number,
        why=values["why"],
        url=filled(values["url"]),
        answers=tuple(tuple(one) for one in values.get("answers", ())),
        saves=values.get("saves", False),
        redirects=(status, filled(target)) if status else None,
    )


def _is_number(host: Any) -> bool:
    try:
        socket.inet_pton(_family(str(host)), str(host))
    except OSError:
        return False
    return True


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
