"""A way to a server that a test can cut like a cable, and mend again."""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import suppress
from typing import cast


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    upstream: tuple[str, int]
    ends: list[socket.socket]


class _Connection(socketserver.BaseRequestHandler):
    """Passes bytes on in both directions until one side ends."""

    def handle(self) -> None:
        server = cast(_Server, self.server)
        with socket.create_connection(server.upstream) as upstream:
            server.ends += [self.request, upstream]
            back = threading.Thread(target=_pass_on, args=(upstream, self.request))
            back.start()
            _pass_on(self.request, upstream)
            back.join()


class Relay:
    """Listens on a port of its own while mended; cut, it refuses and ends every connection."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._server: _Server | None = None
        self.port = 0

    def mend(self) -> None:
        self._server = server = _Server(("127.0.0.1", self.port), _Connection)
        server.upstream, server.ends = self._upstream, []
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()

    def cut(self) -> None:
        if self._server is None:
            return
        self._server.shutdown()
        for end in self._server.ends:
            _end(end)
        self._server.server_close()
        self._server = None


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # cut, or the other side went away
        while data := source.recv(65_536):
            target.sendall(data)
    _end(source)
    _end(target)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended already
        connection.shutdown(socket.SHUT_RDWR)
