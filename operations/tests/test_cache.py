"""Cached settings: shared through Redis, never older than a change, never in the way."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as RedisGone

from operations.cache import cached, forget


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


def test_it_asks_every_time_without_redis(settings: Settings) -> None:
    settings.REDIS_URL = ""
    load = Counter()
    assert [cached("key", load), cached("key", load)] == [1, 2]


@pytest.mark.redis
@pytest.mark.skipif(not django_settings.REDIS_URL, reason="REDIS_URL is not set")
class TestWithRedis:
    @pytest.fixture(autouse=True)
    def empty(self) -> None:
        cache.clear()

    def test_it_asks_once_with_redis(self) -> None:
        load = Counter()
        assert [cached("key", load), cached("key", load)] == [1, 1]

    def test_it_asks_again_after_a_change(self) -> None:
        load = Counter()
        cached("key", load)
        forget("key")
        assert cached("key", load) == 2

    def test_it_keeps_nothing_that_was_read_before_a_change(self) -> None:
        def old() -> str:
            forget("key")  # by somebody else, while this is read
            return "old"

        assert cached("key", old) == "old"
        assert cached("key", lambda: "new") == "new"

    def test_it_keeps_nothing_when_told_to_keep_it_no_time(self, settings: Settings) -> None:
        settings.CACHE_TTL_SECONDS = 0
        load = Counter()
        assert [cached("key", load), cached("key", load)] == [1, 2]

    def test_it_goes_on_when_redis_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(*_: object) -> None:
            raise RedisGone("refused")

        monkeypatch.setattr(cache, "get", gone)
        monkeypatch.setattr(cache, "set", gone)
        forget("key")
        assert cached("key", Counter()) == 1
