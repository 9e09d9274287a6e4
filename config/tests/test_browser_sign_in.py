"""Signing in with an OpenID Connect provider in a real browser, which enforces our policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from accounts.tests.conftest import provider, provider_process  # noqa: F401 - fixtures
from accounts.tests.provider_client import Provider
from config.tests.test_browser_journey import PATIENCE_MS, PHONE, is_bad, overflow
from config.workshop.needs import CHROMIUM_FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUTTON = "Sign in with Corporate ID"


@pytest.fixture
def page(live_server: LiveServer) -> Iterator[Page]:
    """A page of a fresh browser; whatever its console complains about on our pages fails."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=live_server.url)
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda said: complaints.append(said.text) if is_bad(said.type) else None)
        yield page
        browser.close()
    assert [text for text in complaints if "Content Security Policy" in text] == []


def agree(page: Page, sub: str) -> None:
    """Fill in the provider's own form."""
    page.wait_for_url(re.compile(r"/oauth2/authorize"))
    page.locator("input[name=sub]").first.fill(sub)
    page.get_by_role("button", name="Authorize").click()


def test_it_signs_in_and_returns_to_the_page_one_came_from(
    page: Page,
    provider: Provider,  # noqa: F811
) -> None:
    page.goto("/account/")
    page.get_by_role("button", name=BUTTON).click()
    agree(page, provider.knows())
    page.wait_for_url("**/account/")
    page.get_by_text("alice@example.com").first.wait_for()
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_text("You are signed out.").wait_for()


def test_it_says_why_somebody_may_not_come_in_and_leads_back(
    page: Page,
    provider: Provider,  # noqa: F811
) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/account/")
    assert overflow(page) <= 0
    page.get_by_role("button", name=BUTTON).click()
    agree(page, provider.knows(email_verified=False))
    page.get_by_text("did not confirm an e-mail address").wait_for()
    assert overflow(page) <= 0
    page.get_by_role("link", name="Back to sign-in").click()
    page.wait_for_url("**/sign-in/?next=%2Faccount%2F")
