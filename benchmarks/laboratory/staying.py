"""Keeps this process on this machine: whatever leads elsewhere fails before it is tried."""

from __future__ import annotations

import sys
from ipaddress import ip_address
from typing import Any

NAMES = ("localhost", "", None)


class OutOfReachError(OSError):
    """What was asked for lies outside of this machine."""


def is_here(host: object) -> bool:
    """Whether a host that is connected to or looked up is this machine."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if text in NAMES:
        return True
    try:
        return ip_address(str(text)).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Python tells of every connection and look-up before it makes it; an error prevents it."""
    if event == "socket.getaddrinfo" and not is_here(arguments[0]):
        raise OutOfReachError(f"no look-up of {arguments[0]!r} from here")
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise OutOfReachError(f"no way to {address[0]!r} from here")


def stay() -> None:
    """From now on, and for good: Python forgets no audit hook."""
    sys.addaudithook(_watch)
