"""The report on what is well: the database decides, everything else degrades."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from pytest_django.fixtures import Settings

from operations import health
from operations.health import Finding, State

NOBODY_THERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, health.Check]]:
    """The registered checks; none at first."""
    registered: dict[str, health.Check] = {}
    monkeypatch.setattr(health, "_checks", registered)
    yield registered


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone away")

    monkeypatch.setattr(connection, "ensure_connection", refuse)


@pytest.mark.django_db
def test_it_is_well_when_everything_is(checks: object, settings: Settings) -> None:
    settings.REDIS_URL = ""
    assert health.overall(health.report()) is State.OK


@pytest.mark.django_db
def test_it_is_degraded_without_its_redis(checks: object, settings: Settings) -> None:
    settings.REDIS_URL = NOBODY_THERE
    findings = health.report()
    assert findings["redis"].state is State.DOWN
    assert health.overall(findings) is State.DEGRADED


@pytest.mark.django_db
def test_it_is_degraded_when_a_registered_check_is(
    checks: dict[str, health.Check], settings: Settings
) -> None:
    settings.REDIS_URL = ""
    health.register("engine", lambda: Finding(State.DEGRADED))
    assert health.overall(health.report()) is State.DEGRADED


@pytest.mark.django_db
def test_it_goes_on_when_a_check_cannot_read(
    checks: dict[str, health.Check], settings: Settings
) -> None:
    def check() -> Finding:
        raise OperationalError("no such table")

    health.register("engine", check)
    assert health.report()["engine"] == Finding(State.DEGRADED, {"error": "OperationalError"})


@pytest.mark.django_db
def test_it_is_down_without_a_database_and_asks_it_nothing_more(
    checks: dict[str, health.Check], no_database: None
) -> None:
    asked: list[str] = []

    def check() -> Finding:
        asked.append("engine")
        return Finding(State.OK)

    health.register("engine", check)
    assert health.overall(health.report()) is State.DOWN
    assert asked == []
