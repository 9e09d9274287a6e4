"""The one way to the broker: publishes within a bounded time, and leaves a broken one in peace.

Redis is asked through connections that give up after half a second, whether it refuses, hangs or
freezes. After a failure it is left in peace for a while (operations.silence), so that a burst of
submissions does not wait for each of its hints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import structlog
from celery import Task, current_app
from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import ChannelError, LimitExceeded, OperationalError
from kombu.pools import ProducerPool, producers
from redis import Redis
from redis.exceptions import RedisError

from operations import silence

TIMEOUTS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.3}
PUBLISHER = {
    **TIMEOUTS,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
ERRORS = (OperationalError, RedisError, OSError, LimitExceeded)
logger = structlog.get_logger(__name__)


def publish(task: Task[Any, Any], *ids: int) -> bool:
    """Send a task with ids as its arguments; False if the broker did not take it."""
    if silence.is_silent():
        return False
    try:
        with _publishers(settings.REDIS_URL).acquire(block=True, timeout=1) as producer:
            if silence.is_silent():  # it failed those who had the connections until now
                return False
            task.apply_async(ids, producer=producer, retry=False)
    except ERRORS as error:
        _fall_silent(error)
        return False
    return True


def messages_held() -> int | None:
    """How many messages wait in the broker for any worker; None if it does not answer."""
    if silence.is_silent():
        return None
    try:
        with _publishers(settings.REDIS_URL).acquire(block=True, timeout=1) as producer:
            queue = current_app.conf.task_default_queue
            return int(producer.channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:
        return 0  # nothing was ever published, or the broker forgot all of it
    except ERRORS as error:
        _fall_silent(error)
        return None


def answers() -> bool:
    """Whether the broker answers right now; asks it, silence or not."""
    try:
        return bool(_prober(settings.REDIS_URL).ping())
    except RedisError:
        return False


def celery_url(redis_url: str) -> str:
    """REDIS_URL as Celery spells it: a Unix socket has a scheme of its own."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    host = urlencode({"virtual_host": query.get("db", "0")})
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"redis+socket://{login}{parts.path}?{host}"


def _fall_silent(error: Exception) -> None:
    silence.fall_silent()
    logger.warning("broker_unreachable", error=type(error).__name__)


@lru_cache(maxsize=4)
def _publishers(redis_url: str) -> ProducerPool:
    """Connections for publishing, shared by the threads of this process."""
    connection = Connection(celery_url(redis_url), transport_options=PUBLISHER)
    return cast(ProducerPool, producers[connection])


@lru_cache(maxsize=4)
def _prober(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, **TIMEOUTS)
