"""How code reads in a real browser: with words that go from right to left, and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from accounts.developer import developer
from config.tests.test_browser_journey import browser_page, sign_in
from pipeline.services import submit
from pipeline.tests.page_data import finish

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = 'اسم = "مرحبا"\nx = 1\n'
# Where the first two characters of a string begin on the screen: its quote and its first letter.
BEGINNINGS = """() => {
    const text = document.querySelector(".code .w-string").firstChild;
    return [0, 1].map((place) => {
        const range = document.createRange();
        range.setStart(text, place);
        range.setEnd(text, place + 1);
        return range.getBoundingClientRect().left;
    });
}"""
CROSSED_OUT = """selector =>
    getComputedStyle(document.querySelector(selector)).textDecorationLine === "line-through"
"""


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    """The page of a finished result."""
    settings.DEBUG = True
    one = submit(user=developer("user"), code=CODE, language="python", filename="a.py")
    finish(one, CODE.replace("x = 1", "x = 2"))
    return one.get_absolute_url()


@pytest.fixture
def page(live_server: LiveServer, address: str) -> Iterator[Page]:
    for page in browser_page(live_server.url):
        sign_in(page)
        yield page


def test_a_string_of_another_direction_begins_with_its_quote(page: Page, address: str) -> None:
    page.goto(f"{address}?tab=code")
    quote, letter = page.evaluate(BEGINNINGS)
    assert quote < letter


def test_both_sides_of_a_diff_stand_beside_each_other_on_a_tablet(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 768, "height": 1024})
    page.goto(f"{address}?tab=diff&view=side")
    diff = page.locator(".diff")
    assert diff.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_what_was_removed_is_crossed_out_on_paper(page: Page, address: str) -> None:
    for view, selector in (("", "tr.removed td:last-child"), ("&view=side", "td.was")):
        page.goto(f"{address}?tab=diff{view}")
        assert not page.evaluate(CROSSED_OUT, selector)
        page.emulate_media(media="print")
        assert page.evaluate(CROSSED_OUT, selector), view
        page.emulate_media(media="screen")
