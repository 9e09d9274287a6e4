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
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ResolutionTimeout
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore2
import httpx2
from django.conf import settings

from operations import addresses
from operations.addresses import Address, DestinationRefused

MAX_ANSWER_BYTES = 8 * 1024 * 1024
LONGEST_SECONDS = 900.0
CONNECT_SECONDS = 10.0
RESOLVER_THREADS = 8

# It writes a line a call with the whole address; what is worth knowing is recorded by the callers.
logging.getLogger("httpx2").setLevel(logging.WARNING)

_ends_at: ContextVar[float | None] = ContextVar("outbound_deadline", default=None)


class Forbidden(httpx2.TransportError):
    """The destination is not one that the product connects to; nothing was sent."""


class UnusableResponse(httpx2.TransportError):
    """A redirect or a compressed answer, neither of which is accepted."""


class ResponseTooLarge(httpx2.TransportError):
    """More than MAX_ANSWER_BYTES; the rest was not read."""


@cache
def client() -> httpx2.Client:
    """The process's one client; threads share it. It works only inside of ``within``."""
    return httpx2.Client(
        transport=GuardedTransport(), trust_env=False, follow_redirects=False, timeout=120.0
    )


os.register_at_fork(after_in_child=client.cache_clear)  # sockets must not be shared with a parent


def close() -> None:
    """Close the client with its connections; the next call opens a new one."""
    if client.cache_info().currsize:
        client().close()
        client.cache_clear()


atexit.register(close)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything that this thread does with the client in the block ends within ``seconds``.

    Past it, the client raises an httpx2.TimeoutException. Nested blocks end with the earliest.
    """
    outer = _ends_at.get()
    end = time.monotonic() + min(seconds, LONGEST_SECONDS)
    token = _ends_at.set(end if outer is None else min(outer, end))
    try:
        yield
    finally:
        _ends_at.reset(token)


class GuardedTransport(httpx2.HTTPTransport):
    """httpx2's transport with our own way of connecting and with bounds on what comes back."""

    def __init__(self) -> None:
        super().__init__(
            verify=_tls(),
            trust_env=False,
            proxy=settings.PROVIDER_PROXY or None,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64),
        )
        self.through_proxy = bool(settings.PROVIDER_PROXY)
        pool = self._pool
        if not isinstance(pool._network_backend, httpcore2.NetworkBackend):
            raise RuntimeError("This httpx2 keeps its connections elsewhere: refusing to call out.")
        pool._network_backend = Connector(checked=not self.through_proxy)

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
        response.stream = BoundedStream(response.stream)
        return response


class BoundedStream(httpx2.SyncByteStream):
    """A response's bytes, up to the cap."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        total = 0
        for chunk in self._stream:
            total += len(chunk)
            if total > MAX_ANSWER_BYTES:
                raise ResponseTooLarge(f"The answer has more than {MAX_ANSWER_BYTES} bytes.")
            yield chunk

    def close(self) -> None:
        self._stream.close()


class Connector(httpcore2.SyncBackend):
    """Opens connections to checked addresses, or, unchecked, to the operator's own proxy."""

    def __init__(self, *, checked: bool) -> None:
        self.checked = checked

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        found = _resolve(host, port)
        if self.checked:
            _check_addresses(host, port, found)
        return TimedStream(self._connect_first(found, port, socket_options))

    def _connect_first(
        self, found: list[Address], port: int, options: Iterable[Any] | None
    ) -> httpcore2.NetworkStream:
        """Try the addresses in the resolver's order; the last one's failure is the answer."""
        for address in found[:-1]:
            try:
                return self._connect(address, port, options)
            except httpcore2.ConnectError:
                continue
        return self._connect(found[-1], port, options)

    def _connect(
        self, address: Address, port: int, options: Iterable[Any] | None
    ) -> httpcore2.NetworkStream:
        timeout = _time_left(CONNECT_SECONDS, httpcore2.ConnectTimeout)
        return super().connect_tcp(str(address), port, timeout, socket_options=options)


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the deadline of the work in progress."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _time_left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _time_left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = _time_left(timeout, httpcore2.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@cache
def _resolver() -> ThreadPoolExecutor:
    """Threads that resolve names, since the system's resolver takes no deadline."""
    return ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")


os.register_at_fork(after_in_child=_resolver.cache_clear)


def _resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host, in the resolver's order. Raises httpcore2's connect errors."""
    known = addresses.literal(host.strip("[]"))
    if known is not None:
        return [known]
    lookup = _resolver().submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        answers = lookup.result(_time_left(CONNECT_SECONDS, httpcore2.ConnectTimeout))
    except ResolutionTimeout:
        raise httpcore2.ConnectTimeout(f"The name {host} was not resolved in time.") from None
    except (OSError, UnicodeError):
        raise httpcore2.ConnectError(f"The name {host} does not resolve.") from None
    return [ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]


def _check_addresses(host: str, port: int, found: list[Address]) -> None:
    """One forbidden address is enough to refuse: a name that mixes them is not to be trusted."""
    try:
        for address in found:
            addresses.check_address(host.strip("[]"), port, address)
    except DestinationRefused as error:
        raise Forbidden(str(error)) from None


def _check_response(response: httpx2.Response) -> None:
    if 300 <= response.status_code < 400:
        raise UnusableResponse(f"A redirect (status {response.status_code}) is not followed.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnusableResponse("The answer is compressed although that was declined.")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_ANSWER_BYTES:
        raise ResponseTooLarge(f"The answer announces {length} bytes.")


def _time_left(timeout: float | None, error: type[Exception]) -> float:
    """The shorter of a step's own timeout and what is left of the deadline."""
    end = _ends_at.get()
    if end is None:
        raise RuntimeError("The outbound client is used only inside of outbound.within(seconds).")
    left = end - time.monotonic()
    if left <= 0:
        raise error("The time for this call is over.")
    return left if timeout is None else min(timeout, left)


def _tls() -> ssl.SSLContext:
    bundle = settings.PROVIDER_CA_BUNDLE
    return ssl.create_default_context(cafile=str(bundle) if bundle else None)
