"""One form that a browser sends twice at the same time makes one submission."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import CODE, page, sign_in, site  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Chromium itself swallows a second click; other browsers and impatient networks do not.
SEND_TWICE = """async (form) => {
    const sent = () => fetch(form.action, {method: "POST", body: new FormData(form)});
    const send = async () => (await sent()).url;
    return Promise.all([send(), send()]);
}"""


def test_it_leads_both_to_the_same_result(page: Page) -> None:  # noqa: F811
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(CODE)
    page.get_by_label("Language").select_option("python")
    first, second = page.locator("[data-submit-form]").evaluate(SEND_TWICE)
    assert first == second
    page.goto("/submissions/")
    assert page.locator("tbody tr").count() == 1
