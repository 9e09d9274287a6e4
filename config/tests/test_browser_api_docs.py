"""The API's documentation works in a real browser with nothing but assets of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from config.tests.test_browser_journey import page, sign_in, site  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_lists_every_procedure(page: Page) -> None:  # noqa: F811
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page)
    page.goto("/api/v1/docs")
    page.locator('[data-path="/api/v1/code/submit"]').wait_for()
    hosts = {urlsplit(url).netloc for url in asked if url.startswith("http")}
    assert hosts == {urlsplit(page.url).netloc}


def test_it_tries_a_procedure_out_with_the_session(page: Page) -> None:  # noqa: F811
    sign_in(page)
    page.goto("/api/v1/docs")
    page.locator('[data-path="/api/v1/auth/me"]').click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text("user@localhost").first.wait_for()
