"""Finds the programs that a laboratory starts, and free ports for them."""

from __future__ import annotations

import os
import random
import shutil
import socket
import time
from collections.abc import Callable

from config.workshop.console import StopError

PACKAGES = {
    "mariadb-install-db": "mariadb-server",
    "mariadbd": "mariadb-server",
    "redis-server": "redis-server",
}
WHERE_SERVERS_ARE = ("/usr/sbin", "/usr/local/sbin")  # not on every user's PATH
# Below what systems hand out to outgoing connections: while a server is stopped, nobody else gets
# its port, and no client that tries to reach it is connected to itself.
PORTS = range(15_000, 32_000)
POLL_SECONDS = 0.05


def program(name: str) -> str:
    """The path of a program. Raises StopError that says what to install."""
    places = os.pathsep.join([os.environ.get("PATH", ""), *WHERE_SERVERS_ARE])
    found = shutil.which(name, path=places)
    if found is None:
        raise StopError(f"{name} is missing: install it (Debian: `apt install {PACKAGES[name]}`)")
    return found


def free_port() -> int:
    """A loopback port on which nothing listens."""
    for _ in range(1000):
        port = random.choice(PORTS)  # noqa: S311 - not a secret
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise StopError("no free port was found on 127.0.0.1")


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait for a condition to come true; False if it did not within the given time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
