"""Somebody sets a webhook, tests it and removes it, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import page, sign_in, site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["page", "site"]  # fixtures

ADDRESS = "https://hooks.example.com/review"
SECRET = re.compile(r"whsec_[\w+/=-]{20,}")


def send(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def secret_after(page: Page, name: str) -> str:
    """Set the webhook, read its secret, and go back to the account."""
    send(page, name)
    (secret,) = SECRET.findall(page.locator("main").inner_text())
    page.goto("/account/")
    return str(secret)


def test_it_shows_the_secret_once_and_lists_what_is_sent(page: Page) -> None:
    sign_in(page)
    page.goto("/account/")
    page.get_by_label("Address, https only").fill(ADDRESS)
    first = secret_after(page, "Set")
    assert first not in page.content()
    send(page, "Send a test")
    row = page.get_by_role("row", name=re.compile("a test"))
    row.wait_for()
    assert page.get_by_label("Address, https only").input_value() == ADDRESS
    assert secret_after(page, "Set with a new secret") != first
    send(page, "Remove")
    assert page.get_by_role("button", name="Send a test").count() == 0
    assert page.get_by_label("Address, https only").input_value() == ""


@pytest.mark.parametrize("address", ["http://hooks.example.com/", "https://127.0.0.1/", "nonsense"])
def test_it_keeps_an_address_that_it_does_not_take(page: Page, address: str) -> None:
    sign_in(page)
    page.goto("/account/")
    page.get_by_label("Address, https only").fill(address)
    send(page, "Set")
    assert page.get_by_role("button", name="Send a test").count() == 0
    assert page.get_by_label("Address, https only").input_value() == address
    page.get_by_role("alert").get_by_text("The webhook was not changed.").wait_for()
