"""A cache for settings read often and changed seldom, shared by all processes through Redis.

Without Redis nothing is cached: a second process could not be told of a change, and reading the
database costs less than answering with yesterday's setting. An unreachable Redis counts as none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from operations import silence

T = TypeVar("T")
CHANGED = "changed just now"
CHANGED_SECONDS = 5  # longer than any load, so that none that began before a change is kept
logger = structlog.get_logger(__name__)


def cached(key: str, load: Callable[[], T]) -> T:
    """The value under ``key``, loaded and kept for CACHE_TTL_SECONDS when it is not there.

    ``load`` must never return None, which marks a missing entry.
    """
    if not settings.REDIS_URL or not settings.CACHE_TTL_SECONDS or silence.is_silent():
        return load()
    try:
        found = cache.get(key)
    except RedisError as error:
        _fall_silent(key, error)
        return load()
    if found not in (None, CHANGED):
        return cast(T, found)
    value = load()
    try:
        cache.add(key, value, settings.CACHE_TTL_SECONDS)
    except RedisError as error:
        _fall_silent(key, error)
    return value


def forget(key: str) -> None:
    """Drop ``key`` at once, so that a change made by an administrator counts from now on.

    For a moment nothing is kept under it: what somebody began to read before the change is old.
    Tried also while Redis is left in peace: it may be back, with the old value.
    """
    if not settings.REDIS_URL:
        return
    try:
        cache.set(key, CHANGED, CHANGED_SECONDS)
    except RedisError as error:
        logger.warning("cache_unreachable", key=key, error=str(error))


def _fall_silent(key: str, error: RedisError) -> None:
    silence.fall_silent()
    logger.warning("cache_unreachable", key=key, error=str(error))
