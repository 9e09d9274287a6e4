"""Keeps connections open between requests, at a cost that does not grow with their number.

A pool of httpcore2 looks at each of its connections for every request, which is a third of what a
call costs a worker that has 300 of them. Here each connection has a pool to itself, and the one
that was used last is used next.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import httpx2

Origin = tuple[str, str, int | None]
Idle = tuple[float, httpx2.HTTPTransport]  # since when, by the monotonic clock


class KeptConnections(httpx2.BaseTransport):
    """A transport made of many that ``open_one`` makes, each with one request at a time.

    At most ``most`` are kept idle, and each no longer than ``seconds``, counted over all origins.
    """

    def __init__(
        self, open_one: Callable[[], httpx2.HTTPTransport], *, most: int, seconds: float
    ) -> None:
        self._open_one, self._most, self._seconds = open_one, most, seconds
        self._idle: dict[Origin, deque[Idle]] = {}  # of origins that have one
        self._count = 0
        self._lock = Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        origin = (request.url.scheme, request.url.host, request.url.port)
        one = self._take(origin)
        try:
            response = one.handle_request(request)
        except BaseException:
            one.close()
            raise
        response.stream = _Returning(response.stream, lambda: self._give_back(origin, one))
        return response

    def close(self) -> None:
        with self._lock:
            idle = [one for kept in self._idle.values() for _, one in kept]
            self._idle.clear()
            self._count = 0
        for one in idle:
            one.close()

    def _take(self, origin: Origin) -> httpx2.HTTPTransport:
        with self._lock:
            if kept := self._idle.get(origin):
                _, one = kept.pop()
                self._count -= 1
                if not kept:
                    del self._idle[origin]
                return one
        return self._open_one()

    def _give_back(self, origin: Origin, one: httpx2.HTTPTransport) -> None:
        now = time.monotonic()
        with self._lock:
            superfluous = list(self._expired(now))
            if self._count < self._most:
                self._idle.setdefault(origin, deque()).append((now, one))
                self._count += 1
            else:
                superfluous.append(one)
        for each in superfluous:
            each.close()

    def _expired(self, now: float) -> Iterator[httpx2.HTTPTransport]:
        """Take out what was idle for too long; the lock must be held."""
        for origin, kept in list(self._idle.items()):
            while kept and now - kept[0][0] > self._seconds:
                self._count -= 1
                yield kept.popleft()[1]
            if not kept:
                del self._idle[origin]


class _Returning(httpx2.SyncByteStream):
    """A response's bytes; its end gives the connection back, once."""

    def __init__(self, stream: Any, give_back: Callable[[], None]) -> None:
        self._stream, self._give_back = stream, give_back
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        if self._open:
            self._open = False
            self._stream.close()
            self._give_back()
