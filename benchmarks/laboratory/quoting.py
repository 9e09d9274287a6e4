"""A vendor that gives back the key that it is sent, in each of the ways in which one could.

The first part of the path chooses the way: a provider at /500/v1 is answered with status 500.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"
WAYS = ("401", "400", "429", "500", "302", "page", "broken", "wrapped", "headers")


class _Quoting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def _answer(self) -> None:
        way = self.path.split("/")[1]
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        told = json.dumps({"error": {"message": f"Bad key {key}", "type": key, "code": 400}})
        if way == "302":
            self._send(302, "", {"Location": f"http://{HOST}:9/?key={key}"})
        elif way == "page":
            self._send(200, f"<h1>Welcome {key}</h1>", {"Content-Type": "text/html"})
        elif way == "broken":
            self._send(200, f'{{"data": "{key}')
        elif way == "wrapped":
            self._send(200, told)
        elif way == "headers":
            self._send(
                503, key, {"Retry-After": key, "X-Request-Id": key, "Set-Cookie": f"k={key}"}
            )
        else:
            self._send(int(way) if way.isdigit() else 401, told)

    def _send(self, status: int, body: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(body.encode()))}
        for name, value in {**sent, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def quoting_vendor() -> Iterator[int]:
    """Its port, while it runs in this process."""
    with ThreadingHTTPServer((HOST, 0), _Quoting) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
