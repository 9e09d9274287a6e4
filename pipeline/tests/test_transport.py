"""A broker's connection that broke is told apart from a mistake in the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import current_app
from kombu.connection import Connection

from pipeline.tests.servers import OwnRedis


@pytest.mark.redis
def test_it_takes_a_closed_channel_for_a_broken_connection(tmp_path: Path) -> None:
    server = OwnRedis(tmp_path)
    server.start()
    try:
        connection = Connection(server.url)
        channel = connection.channel()
        connection.release()
    finally:
        server.stop()
    with pytest.raises(connection.connection_errors, match="was closed"):
        channel.qos.ack("a message")


@pytest.mark.parametrize("url", ["redis://host", "rediss://host", "redis+socket:///path"])
def test_it_is_used_for_every_kind_of_address(url: str) -> None:
    transport = current_app.connection_for_read(url).get_transport_cls()
    assert transport.__module__ == "pipeline.transport"
