"""The table of hostile base URLs: none is saved that tells by its text, none is connected to."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from benchmarks.laboratory import hostile
from benchmarks.laboratory.hostile import LISTED, Outside, Row
from operations import outbound
from providers.validators import validate_base_url

TABLE = hostile.rows(sink=1, listed=2)
CALLS = 3  # so that an answer which changes has changed
NAMES = [f"{row.number} {row.why}" for row in TABLE]


@pytest.fixture
def outside(settings: Settings) -> Iterator[Outside]:
    outbound.close()
    with hostile.unplugged() as world:
        settings.PROVIDER_ALLOWED_HOSTS = [f"{LISTED}:{world.redirector.server_port}"]
        yield world
        outbound.close()


def row_at(number: int, outside: Outside) -> Row:
    """The row of that number with this test's ports."""
    rows = hostile.rows(outside.sink.port, outside.redirector.server_port)
    return rows[number - 1]


@pytest.mark.parametrize("number", range(1, len(TABLE) + 1), ids=NAMES)
def test_it_makes_no_connection(number: int, outside: Outside) -> None:
    row = row_at(number, outside)
    outside.begin(row)
    for _ in range(CALLS):
        with (
            pytest.raises((httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)),
            outbound.within(5),
        ):
            outbound.client().get(row.url)
    assert outside.made() == []
    assert outside.sink.visits == 0


@pytest.mark.parametrize("number", range(1, len(TABLE) + 1), ids=NAMES)
def test_it_saves_only_what_looks_public(number: int, outside: Outside) -> None:
    row = row_at(number, outside)
    if row.saves:
        validate_base_url(row.url)
        return
    with pytest.raises(ValidationError):
        validate_base_url(row.url)


def test_it_asks_once_for_the_name_that_it_connects_to(outside: Outside) -> None:
    """Between the check and the connection there is no second answer that could differ."""
    (row,) = [row for row in TABLE if row.why == "answer changes to loopback"]
    outside.begin(row)
    with pytest.raises(httpx2.ConnectError), outbound.within(5):
        outbound.client().get(row.url)
    assert (outside.names_asked, outside.tried) == (1, [(hostile.PUBLIC, 1)])


def test_it_has_at_least_sixty_rows_each_another() -> None:
    assert len({(row.url, row.answers, row.redirects) for row in TABLE}) >= 60
    assert len({row.why for row in TABLE}) == len(TABLE)
