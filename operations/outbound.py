"""The one HTTP client with which the product calls others: models, tests, syncs, webhooks.

It resolves a host once and connects to the address that it checked, so that a name cannot point
elsewhere in between; certificate and Host stay those of the name. It follows no redirect, takes
no cookie, no compressed and no oversized answer, reads no proxy from the environment, and keeps a
total deadline (``within``), counted from the resolution of the name to the last byte.
"""

from __future__ import annotations

import atexit
import logging
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Lock
from typing import Any

import httpcore2
import httpx2
from django.conf import settings

from operations import addresses
from operations.addresses import DestinationRefused
from operations.connecting import Connector
from operations.connecting import Forbidden as Forbidden
from operations.deadline import within as within
from operations.kept_connections import KeptConnections

MAX_ANSWER_BYTES = 8 * 1024 * 1024
KEPT_CONNECTIONS = 512  # more than the jobs of one worker process, so that none connects anew
KEPT_SECONDS = 5.0  # before most servers close an idle connection themselves

# They write down addresses and headers, and so keys; what is worth knowing the callers record.
for _talkative in ("httpx2", "httpcore2", "openai", "anthropic"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)
for _word in ("OPENAI_LOG", "ANTHROPIC_LOG"):
    os.environ.pop(_word, None)  # with it the SDK would let itself talk again

_most_streamed: ContextVar[int] = ContextVar("outbound_streamed", default=MAX_ANSWER_BYTES)


class UnusableResponse(httpx2.TransportError):
    """A redirect or a compressed answer, neither of which is accepted."""


class ResponseTooLarge(httpx2.TransportError):
    """More bytes than an answer may have; the rest was not read."""


def client() -> httpx2.Client:
    """The process's one client; threads share it. It works only inside of ``within``."""
    return _client.get()


class _Client:
    """The client, made at first use: once, however many threads ask for it together."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = Lock()
        self._made: httpx2.Client | None = None

    def get(self) -> httpx2.Client:
        if self._made is None:
            with self._lock:
                self._made = self._made or httpx2.Client(
                    transport=GuardedTransport(),
                    trust_env=False,
                    follow_redirects=False,
                    timeout=120.0,
                )
        return self._made

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
        self.forget()


_client = _Client()
os.register_at_fork(after_in_child=_client.forget)  # sockets must not be shared with a parent


def close() -> None:
    """Close the client with its connections; the next call opens a new one."""
    _client.close()


atexit.register(close)


@contextmanager
def streaming(most_bytes: int) -> Iterator[None]:
    """Event streams in the block may have ``most_bytes``, since they are not kept whole."""
    token = _most_streamed.set(most_bytes)
    try:
        yield
    finally:
        _most_streamed.reset(token)


class GuardedTransport(KeptConnections):
    """httpx2's transports with our own way of connecting and with bounds on what comes back."""

    def __init__(self) -> None:
        super().__init__(partial(_transport, _tls()), most=KEPT_CONNECTIONS, seconds=KEPT_SECONDS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request.url)
        request.headers["Accept-Encoding"] = "identity"
        return self._bounded(super().handle_request(request))

    def _check(self, url: httpx2.URL) -> None:
        port = url.port or addresses.DEFAULT_PORTS.get(url.scheme, 0)
        try:
            addresses.check_destination(url.scheme, url.host.strip("[]"), port)
        except DestinationRefused as error:
            raise Forbidden(str(error)) from None

    def _bounded(self, response: httpx2.Response) -> httpx2.Response:
        try:
            _check_response(response)
        except httpx2.TransportError:
            response.close()
            raise
        response.headers.pop("Set-Cookie", None)
        response.stream = BoundedStream(response.stream, _most_bytes(response))
        return response


def _transport(tls: ssl.SSLContext) -> httpx2.HTTPTransport:
    """A transport for one connection at a time, which it keeps open."""
    proxy = settings.PROVIDER_PROXY or None
    limits = httpx2.Limits(
        max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEPT_SECONDS
    )
    transport = httpx2.HTTPTransport(verify=tls, trust_env=False, proxy=proxy, limits=limits)
    pool = transport._pool
    if not isinstance(pool._network_backend, httpcore2.NetworkBackend):
        raise RuntimeError("This httpx2 keeps its connections elsewhere: refusing to call out.")
    pool._network_backend = Connector(checked=proxy is None)
    return transport


class BoundedStream(httpx2.SyncByteStream):
    """A response's bytes, up to the cap."""

    def __init__(self, stream: Any, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[bytes]:
        total = 0
        for chunk in self._stream:
            total += len(chunk)
            if total > self._most_bytes:
                raise ResponseTooLarge(f"The answer has more than {self._most_bytes} bytes.")
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _check_response(response: httpx2.Response) -> None:
    if 300 <= response.status_code < 400:
        raise UnusableResponse(f"A redirect (status {response.status_code}) is not followed.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnusableResponse("The answer is compressed although that was declined.")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > _most_bytes(response):
        raise ResponseTooLarge(f"The answer announces {length} bytes.")


def _most_bytes(response: httpx2.Response) -> int:
    streamed = response.headers.get("Content-Type", "").startswith("text/event-stream")
    return _most_streamed.get() if streamed else MAX_ANSWER_BYTES


def _tls() -> ssl.SSLContext:
    bundle = settings.PROVIDER_CA_BUNDLE
    return ssl.create_default_context(cafile=str(bundle) if bundle else None)
