"""Celery's way over Redis, mended where a connection that broke would end the worker.

A task that ends after Redis went away is acknowledged through a channel whose connection was
closed meanwhile, and messages in hand are given back through one. kombu 5.7 raises AttributeError
then, which Celery takes for a mistake in the program. It is an error of the connection; Celery logs
it and connects anew. The message needs nobody's care: the job's row is the queue.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    """A channel that says so when its connection is closed."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("This channel's connection was closed.")
        parameters: dict[str, Any] = super()._connparams(asynchronous=asynchronous)
        return parameters


class Transport(redis.Transport):
    Channel = Channel


def use() -> None:
    """Make every broker URL of Redis, with TLS or by a socket or plain, go this way."""
    here = f"{Transport.__module__}:{Transport.__name__}"
    TRANSPORT_ALIASES.update(redis=here, rediss=here)
