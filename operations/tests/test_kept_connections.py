"""Connections are kept between requests, each for one request at a time, few and not for long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2
import pytest

from operations.kept_connections import KeptConnections

HERE = httpx2.Request("GET", "http://here.test/")
THERE = httpx2.Request("GET", "http://there.test/")


class Wire(httpx2.HTTPTransport):
    """Stands for a connection: tells what became of it."""

    fails = False

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self.served = 0
        self.closed = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.fails:
            raise httpx2.ReadError("The wire is cut.")
        self.served += 1
        return httpx2.Response(200, stream=httpx2.ByteStream(b"answer"))

    def close(self) -> None:
        self.closed = True
        super().close()


class Wires:
    """Opens wires and remembers them."""

    def __init__(self) -> None:
        self.opened: list[Wire] = []

    def open(self) -> Wire:
        self.opened.append(Wire())
        return self.opened[-1]


@pytest.fixture
def wires() -> Wires:
    return Wires()


@pytest.fixture
def kept(wires: Wires) -> Iterator[KeptConnections]:
    with KeptConnections(wires.open, most=2, seconds=5.0) as connections:
        yield connections


def test_it_uses_a_connection_again(kept: KeptConnections, wires: Wires) -> None:
    for _ in range(3):
        kept.handle_request(HERE).close()
    assert [wire.served for wire in wires.opened] == [3]


def test_it_gives_a_connection_to_one_request_at_a_time(
    kept: KeptConnections, wires: Wires
) -> None:
    first, second = kept.handle_request(HERE), kept.handle_request(HERE)
    first.close()
    second.close()
    assert [wire.served for wire in wires.opened] == [1, 1]


def test_it_keeps_a_connection_for_its_own_origin(kept: KeptConnections, wires: Wires) -> None:
    kept.handle_request(HERE).close()
    kept.handle_request(THERE).close()
    assert [wire.served for wire in wires.opened] == [1, 1]


def test_it_gives_back_once_what_is_closed_twice(kept: KeptConnections, wires: Wires) -> None:
    response = kept.handle_request(HERE)
    response.close()
    response.stream.close()  # type: ignore[union-attr]
    kept.handle_request(HERE)
    kept.handle_request(HERE)
    assert len(wires.opened) == 2


def test_it_keeps_no_more_than_it_may(kept: KeptConnections, wires: Wires) -> None:
    for response in [kept.handle_request(HERE) for _ in range(3)]:
        response.close()
    assert [wire.closed for wire in wires.opened] == [False, False, True]


def test_it_closes_what_was_idle_for_too_long(
    kept: KeptConnections, wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.handle_request(HERE).close()
    later = time.monotonic() + 6
    monkeypatch.setattr("operations.kept_connections.time.monotonic", lambda: later)
    kept.handle_request(THERE).close()
    assert [wire.closed for wire in wires.opened] == [True, False]


def test_it_remembers_no_origin_without_a_connection(
    kept: KeptConnections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Users name origins of their own: those of webhooks."""
    kept.handle_request(HERE).close()
    in_use = kept.handle_request(HERE)
    assert not kept._idle
    in_use.close()
    later = time.monotonic() + 6
    monkeypatch.setattr("operations.kept_connections.time.monotonic", lambda: later)
    kept.handle_request(THERE).close()
    assert list(kept._idle) == [("http", "there.test", None)]


def test_it_does_not_keep_a_connection_that_failed(
    kept: KeptConnections, wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wire, "fails", True)
    with pytest.raises(httpx2.ReadError):
        kept.handle_request(HERE)
    assert [wire.closed for wire in wires.opened] == [True]


def test_it_closes_all_that_are_idle_at_the_end(wires: Wires) -> None:
    with KeptConnections(wires.open, most=2, seconds=5.0) as connections:
        connections.handle_request(HERE).close()
    assert wires.opened[0].closed
