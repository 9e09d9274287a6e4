"""Sends requests over kept-alive connections as fast as the answers come, and times each.

Run as a program, so that it competes with the server for nothing but the cores: it reads a plan (a
JSON file: what each connection sends, and what must come back), sends one request at a time on each
connection, and prints one JSON object. The word UNIQUE in a request is replaced each time.
"""

from __future__ import annotations

import argparse
import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.jobs.measure import percentile
from config.workshop.console import say

HOST = "127.0.0.1"
UNIQUE = "{unique-in-22-letters}"  # as long as what replaces it, since the length is sent before
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
SILENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Outcome:
    """``busy`` is this program's own CPU time as a share of one core: near 1 it was the limit."""

    per_second: float
    p50: float
    p95: float
    p99: float
    statuses: dict[str, int]
    busy: float


def run(port: int, plan: list[str], folder: Path, *, seconds: float, warm: float) -> Outcome:
    """Send in a process of its own; a request is one text of the plan, for each connection one."""
    file = folder / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.jobs.load", str(file), "--port", str(port)]
    words = ["--seconds", str(seconds), "--warm", str(warm)]
    done = subprocess.run([*command, *words], check=True, capture_output=True, text=True)  # noqa: S603
    return Outcome(**json.loads(done.stdout))


@dataclass
class Connection:
    """One socket, what it sends, and what it has received of the present answer.

    ``whole`` is the answer's length in bytes, 0 while it is not known.
    """

    number: int
    request: bytes
    socket: socket.socket
    sent: int = 0
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    whole: int = 0

    def send(self) -> None:
        """Send the request once more."""
        unique = f"{self.number:06d}-{self.sent:015d}".encode()
        self.received.clear()
        self.sent, self.whole, self.sent_at = self.sent + 1, 0, time.perf_counter()
        self.socket.sendall(self.request.replace(UNIQUE.encode(), unique))

    def receive(self) -> bool:
        """Take what has come; True when the answer is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("the server closed a connection that was to be kept")
        self.received += data
        self.whole = self.whole or self._length()
        return bool(self.whole) and len(self.received) >= self.whole

    def _length(self) -> int:
        """Of the whole answer in bytes, as its head says; 0 while that has not come."""
        head = self.received.find(b"\r\n\r\n") + 4
        if head < 4:
            return 0
        length = LENGTH.search(self.received, 0, head)
        return head + (int(length[1]) if length else 0)

    @property
    def status(self) -> str:
        return bytes(self.received[9:12]).decode("ascii", "replace")


@dataclass
class Load:
    """All connections together."""

    connections: list[Connection]
    times: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def flow(self, seconds: float) -> None:
        """Send and receive for that long."""
        selector = selectors.DefaultSelector()
        for connection in self.connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        ends_at = time.perf_counter() + seconds
        while time.perf_counter() < ends_at:
            if not (ready := selector.select(SILENCE_SECONDS)):
                raise TimeoutError(f"no answer for {SILENCE_SECONDS:.0f} s")
            for key, _ in ready:
                self._take(key.data)
        self._drain(selector)

    def _take(self, connection: Connection, *, again: bool = True) -> bool:
        if not connection.receive():
            return False
        self.times.append(time.perf_counter() - connection.sent_at)
        self.statuses[connection.status] += 1
        if again:
            connection.send()
        return True

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """Wait for the answers that are on their way."""
        waiting = len(self.connections)
        while waiting:
            for key, _ in selector.select(SILENCE_SECONDS):
                if self._take(key.data, again=False):
                    selector.unregister(key.fileobj)
                    waiting -= 1


def measure(wanted: argparse.Namespace) -> dict[str, Any]:
    """Warm up, then measure."""
    plan = json.loads(wanted.plan.read_text(encoding="utf-8"))
    connections = [connect(wanted.port, number, text) for number, text in enumerate(plan)]
    Load(connections).flow(wanted.warm)
    load, started, cpu = Load(connections), time.perf_counter(), time.process_time()
    load.flow(wanted.seconds)
    passed = time.perf_counter() - started
    return {
        "per_second": len(load.times) / passed,
        "p50": percentile(load.times, 50) * 1000,
        "p95": percentile(load.times, 95) * 1000,
        "p99": percentile(load.times, 99) * 1000,
        "statuses": load.statuses,
        "busy": (time.process_time() - cpu) / passed,
    }


def connect(port: int, number: int, text: str) -> Connection:
    """Open a connection; what it sends is known from the start."""
    opened = socket.create_connection((HOST, port), timeout=SILENCE_SECONDS)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(number, text.encode(), opened)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--warm", type=float, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    say(json.dumps(measure(parse())))
