"""Too many sign-ins from one network address within a minute are put off, whatever Redis does."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from pytest_django.asserts import assertContains
from pytest_django.fixtures import Settings
from redis.exceptions import ConnectionError as RedisAway

from accounts.bursts import SharedOrLocalCounts
from accounts.tests.provider_client import START, Provider

pytestmark = pytest.mark.django_db

LIMIT = 30


@pytest.fixture(autouse=True)
def one_minute_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)


@pytest.fixture(autouse=True)
def provider_away(provider: Provider, settings: Settings) -> None:
    """Attempts count whether the provider answers or not; not asking it is quicker."""
    settings.OIDC_ISSUER = "http://127.0.0.1:9"


def attempt(client: Client, address: str = "192.0.2.1") -> int:
    return client.post(START, REMOTE_ADDR=address).status_code


def attempts(client: Client, address: str = "192.0.2.1") -> list[int]:
    return [attempt(client, address) for _ in range(LIMIT)]


def test_it_puts_off_the_next_and_says_for_how_long(client: Client) -> None:
    assert 429 not in attempts(client)
    answer = client.post(START, REMOTE_ADDR="192.0.2.1")
    assertContains(answer, "Too many sign-ins", status_code=429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_it_counts_each_address_for_itself(client: Client) -> None:
    attempts(client)
    assert attempt(client, "192.0.2.2") == 502


def test_it_counts_one_customers_ipv6_network_as_one(client: Client) -> None:
    attempts(client, "2001:db8:1:2::1")
    assert attempt(client, "2001:db8:1:2:ffff::9") == 429
    assert attempt(client, "2001:db8:1:3::1") == 502


def test_it_counts_what_comes_without_an_address(client: Client) -> None:
    attempts(client, "")
    assert attempt(client, "") == 429


def test_it_counts_sign_in_links_too(client: Client) -> None:
    attempts(client)
    assert client.post("/sign-in/link/x/", REMOTE_ADDR="192.0.2.1").status_code == 429


def test_it_does_not_count_looking_at_pages(client: Client) -> None:
    attempts(client)
    assert client.get("/sign-in/", REMOTE_ADDR="192.0.2.1").status_code == 200


def test_it_forgets_after_the_minute(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(client)
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_061.0)
    assert attempt(client) == 502


class RedisGone(LocMemCache):
    """A default cache that does not answer."""

    def add(self, *_args: object, **_kwargs: object) -> bool:
        raise RedisAway("refused")

    def incr(self, *_args: object, **_kwargs: object) -> int:
        raise RedisAway("refused")


class RedisGoneMeanwhile(RedisGone):
    def add(self, *_args: object, **_kwargs: object) -> bool:
        return False


@pytest.mark.parametrize("cache", [RedisGone, RedisGoneMeanwhile])
def test_it_goes_on_counting_alone_when_redis_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, cache: type[LocMemCache]
) -> None:
    counts = SharedOrLocalCounts("bursts-alone", {})
    counts.clear()
    for name, stand_in in {"bursts": counts, "default": cache("gone", {})}.items():
        _ = caches[name]  # made on first use; only then can it be replaced
        monkeypatch.setattr(caches._connections, name, stand_in)
    assert set(attempts(client)) == {502}
    assert attempt(client) == 429
