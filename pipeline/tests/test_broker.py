"""The broker's door: quick to give up on a Redis that refuses, hangs or freezes."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from operations import silence
from pipeline import broker, tasks
from pipeline.tests.servers import OwnRedis

AT_MOST_SECONDS = 1.5  # 0.6 s and the pauses of a busy machine


@pytest.fixture
def redis(tmp_path: Path, settings: Settings) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def deaf(settings: Settings) -> Iterator[None]:
    """A server that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        yield


def fails_quickly() -> bool:
    started = time.monotonic()
    return not broker.publish(tasks.run, 1) and time.monotonic() - started < AT_MOST_SECONDS


@pytest.mark.redis
def test_it_publishes(redis: OwnRedis) -> None:
    assert broker.messages_held() == 0
    assert broker.publish(tasks.run, 1)
    assert broker.messages_held() == 1


@pytest.mark.redis
def test_it_gives_up_on_a_redis_that_refuses(redis: OwnRedis) -> None:
    broker.publish(tasks.run, 1)
    redis.stop()
    assert fails_quickly()
    assert not broker.answers()


@pytest.mark.redis
def test_it_gives_up_on_a_redis_that_freezes(redis: OwnRedis) -> None:
    broker.publish(tasks.run, 1)
    assert redis.process is not None
    redis.process.send_signal(signal.SIGSTOP)
    try:
        assert fails_quickly()
    finally:
        redis.process.send_signal(signal.SIGCONT)


def test_it_gives_up_on_a_redis_that_never_answers(deaf: None) -> None:
    assert fails_quickly()
    assert broker.messages_held() is None


def test_it_refuses_nobody_for_want_of_a_connection(deaf: None) -> None:
    at_once = 40  # of which ten have a connection, for half a second each
    with ThreadPoolExecutor(at_once) as people:
        published = list(people.map(broker.publish, [tasks.run] * at_once, range(at_once)))
    assert published == [False] * at_once


@pytest.mark.redis
def test_it_publishes_again_after_a_restart(redis: OwnRedis) -> None:
    broker.publish(tasks.run, 1)
    redis.stop()
    broker.publish(tasks.run, 2)
    redis.start()
    silence.speak()
    assert broker.publish(tasks.run, 3)


@pytest.mark.redis
def test_it_is_silent_for_a_while_after_a_failure(
    redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis.stop()
    broker.publish(tasks.run, 1)
    redis.start()
    assert not broker.publish(tasks.run, 1)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + silence.SILENCE_SECONDS)
    assert broker.publish(tasks.run, 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://:secret@cache:6379/3", "redis://:secret@cache:6379/3"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix://:secret@/run/redis.sock", "redis+socket://:secret@/run/redis.sock?virtual_host=0"),
    ],
)
def test_it_spells_addresses_as_celery_does(given: str, expected: str) -> None:
    assert broker.celery_url(given) == expected
