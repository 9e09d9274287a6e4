"""A Redis that failed is left in peace for a while: one request does not wait several times."""

from __future__ import annotations

from itertools import count

import pytest
from django.core.cache import cache as django_cache
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as RedisConnectionError

from operations import cache, silence


@pytest.fixture
def asked(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a Redis that is away is asked for."""
    settings.REDIS_URL = "redis://redis.invalid/0"
    asked: list[str] = []

    def fail(key: str, *_: object) -> None:
        asked.append(key)
        raise RedisConnectionError("away")

    monkeypatch.setattr(django_cache, "get", fail)
    monkeypatch.setattr(django_cache, "set", fail)
    return asked


def test_it_asks_once_and_then_does_without(asked: list[str]) -> None:
    assert [cache.cached(key, lambda: "loaded") for key in "abc"] == ["loaded"] * 3
    assert asked == ["a"]


def test_it_loads_once_what_cannot_be_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://redis.invalid/0"
    numbers = count(1)

    def fail(*_: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(django_cache, "add", fail)
    assert cache.cached("not-kept", lambda: next(numbers)) == 1
    assert silence.is_silent()


def test_it_asks_again_later(asked: list[str]) -> None:
    cache.cached("a", lambda: 1)
    silence.speak()
    cache.cached("b", lambda: 1)
    assert asked == ["a", "b"]


def test_it_forgets_all_the_same(asked: list[str]) -> None:
    silence.fall_silent()
    cache.forget("a")
    assert asked == ["a"]
