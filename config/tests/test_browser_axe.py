"""What axe finds on the pages that people seldom see, in both themes: errors, empty, on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from accounts.developer import developer
from config.tests import shown_errors
from config.tests.test_browser_journey import sign_in
from config.tests.test_browser_pages import violations
from config.workshop.needs import CHROMIUM_FLAGS, chromium
from pipeline.models import JobState
from pipeline.services import submit
from pipeline.tests.page_data import put

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACCOUNT = ("/account/", "/account/delete/")
EMPTY = ("/submissions/", "/submissions/?q=nothing", "/submissions/delete/", "/?example=1")


@pytest.fixture
def addresses(live_server: LiveServer, settings: Settings) -> list[str]:
    """Made before the browser, beside whose loop Django makes no queries."""
    settings.DEBUG = True
    settings.ROOT_URLCONF = "config.tests.shown_errors"
    settings.MAX_DAILY_SUBMISSIONS = 100
    developer("user")
    runs = [_run(state) for state in ("queued", "running", "dead", "cancelled", "failed")]
    errors = [f"/shown/{name}" for name in shown_errors.NAMES]
    return [*EMPTY, *ACCOUNT, *errors, *runs]


def _run(state: str) -> str:
    one = submit(user=developer("user"), code="x = 1\n", language="python", filename=f"{state}.py")
    put(one, JobState(state))
    return one.get_absolute_url()


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, live_server: LiveServer, addresses: list[str]
) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=live_server.url, color_scheme=request.param)
        yield context.new_page()
        browser.close()


def test_axe_finds_nothing(page: Page, addresses: list[str]) -> None:
    sign_in(page)
    found: dict[str, list[str]] = {}
    for address in addresses:
        page.goto(address)
        found[address] = violations(page)
    assert {address: said for address, said in found.items() if said} == {}
