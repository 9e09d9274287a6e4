"""Connects to others: resolves a name once, checks the address, connects to that address.

Each wait, also that for the name, ends with the deadline of the work in progress.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ResolutionTimeout
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore2
import httpx2

from operations import addresses
from operations.addresses import Address, DestinationRefused
from operations.deadline import time_left

CONNECT_SECONDS = 10.0
READ_BYTES = 16 * 1024  # held by each connection that waits; httpcore2 would ask for 64 KiB
RESOLVER_THREADS = 8


class Forbidden(httpx2.TransportError):
    """The destination is not one that the product connects to; nothing was sent."""


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
        timeout = time_left(CONNECT_SECONDS, httpcore2.ConnectTimeout)
        return super().connect_tcp(str(address), port, timeout, socket_options=options)


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the deadline of the work in progress."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        most = min(max_bytes, READ_BYTES)
        return self._stream.read(most, time_left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, time_left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = time_left(timeout, httpcore2.ConnectTimeout)
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
        answers = lookup.result(time_left(CONNECT_SECONDS, httpcore2.ConnectTimeout))
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
