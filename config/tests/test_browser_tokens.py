"""Personal tokens in a browser, on a phone: made with the longest name, listed, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import PHONE, overflow, page, sign_in, site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["page", "site"]  # fixtures
NAME = "W" * 200


def test_it_makes_lists_and_revokes_a_token_with_the_longest_name(page: Page) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)
    page.goto("/account/")
    page.get_by_label("Name: where it is used").fill(NAME)
    with page.expect_navigation():
        page.get_by_role("button", name="Create a token").click()
    assert page.get_by_role("heading", name="Your new token").is_visible()
    assert overflow(page) <= 0
    with page.expect_navigation():
        page.get_by_role("link", name="I have it").click()
    assert page.get_by_text(NAME).is_visible()
    assert overflow(page) <= 0
    with page.expect_navigation():
        page.get_by_role("button", name="Revoke the token ending in").click()
    assert page.get_by_text("That token is revoked.").is_visible()
    assert page.get_by_text(NAME).count() == 0
