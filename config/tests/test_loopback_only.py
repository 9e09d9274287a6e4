"""The server of ./dev drill api-schema reaches this machine and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from config.workshop.console import ROOT

OUTSIDE = [
    'socket.create_connection(("192.0.2.1", 80), timeout=1)',
    'socket.getaddrinfo("vendor.example", 443)',
    'socket.getaddrinfo(b"vendor.example", 443)',
    'datagram.connect(("192.0.2.1", 53))',
    'datagram.sendto(b"x", ("192.0.2.1", 53))',
]
HERE = [
    'socket.getaddrinfo("127.0.0.1", 443)',
    "socket.create_connection(server.getsockname())",
    "datagram.sendto(b'x', server.getsockname())",
]
TRY = """
import json, socket
from benchmarks.laboratory.staying import OutOfReachError, stay
stay()
server = socket.create_server(("127.0.0.1", 0))
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
made = {}
for attempt in ATTEMPTS:
    try:
        eval(attempt)
        made[attempt] = True
    except OutOfReachError:
        made[attempt] = False
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def made() -> dict[str, bool]:
    """What could be done in a process of its own: what it does to sockets cannot be undone."""
    program = TRY.replace("ATTEMPTS", repr([*OUTSIDE, *HERE]))
    command = [sys.executable, "-W", "ignore", "-c", program]
    ran = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    found: dict[str, bool] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("attempt", OUTSIDE)
def test_it_reaches_nothing_outside(made: dict[str, bool], attempt: str) -> None:
    assert not made[attempt]


@pytest.mark.parametrize("attempt", HERE)
def test_it_reaches_this_machine(made: dict[str, bool], attempt: str) -> None:
    assert made[attempt]
