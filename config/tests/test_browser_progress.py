"""A page on its way in a real browser: its title and icon, a lost connection, a reload, the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from accounts.developer import developer
from config.tests.pool_at_work import pool_at_work
from config.tests.test_browser_journey import PATIENCE_MS, sign_in
from config.workshop.needs import CHROMIUM_FLAGS, chromium
from pipeline.services import submit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ASKED = re.compile("/progress/")
LOST = "Connection lost, trying again."
NO_ANSWER = "The server does not answer right now, trying again."


@pytest.fixture
def queued(live_server: LiveServer, settings: Settings) -> str:
    """A submission that nobody runs yet; its address."""
    settings.DEBUG = True
    call_command("seed_defaults")
    code = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
    sent = submit(user=developer("user"), code=code, language="python", filename="a.py")
    return sent.get_absolute_url()


@pytest.fixture
def page(live_server: LiveServer, queued: str) -> Iterator[Page]:
    """On the page of the submission. A browser complains in its console of each lost request."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=live_server.url)
        page.set_default_timeout(PATIENCE_MS)
        sign_in(page)
        page.goto(queued)
        yield page
        browser.close()


def icon(page: Page) -> str:
    return str(page.locator("link[rel=icon]").get_attribute("href"))


def is_asking(page: Page) -> bool:
    return page.locator("#progress[hx-get]").count() == 1


def is_done(page: Page) -> None:
    from playwright.sync_api import expect

    expect(page).to_have_title(re.compile("^Done: a.py"), timeout=PATIENCE_MS)


def test_its_title_and_icon_tell_the_state_and_it_stops_asking_at_the_end(page: Page) -> None:
    assert page.title().startswith("Queued: a.py")
    assert "icon-running" in icon(page)
    assert is_asking(page)
    with pool_at_work():
        is_done(page)
    page.wait_for_load_state()
    assert "icon-running" not in icon(page)
    assert not is_asking(page)


def test_it_goes_on_after_a_reload(page: Page) -> None:
    page.reload()
    assert is_asking(page)
    with pool_at_work():
        is_done(page)


def test_it_says_that_the_connection_is_lost_and_recovers(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_text(LOST).wait_for()
    page.context.set_offline(False)
    page.get_by_text(LOST).wait_for(state="hidden")
    with pool_at_work():
        is_done(page)


def test_it_says_that_the_server_does_not_answer_and_recovers(page: Page) -> None:
    page.route(ASKED, lambda route: route.fulfill(status=503))
    page.get_by_text(NO_ANSWER).wait_for()
    page.unroute(ASKED)
    page.get_by_text(NO_ANSWER).wait_for(state="hidden")


def test_it_asks_to_sign_in_again_when_the_session_is_over(page: Page) -> None:
    page.context.clear_cookies()
    page.wait_for_url(re.compile("/sign-in/"))
