"""Running again in a real browser: the estimate follows the choice, the runs stay readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import page, sign_in, site, submit  # noqa: F401 - fixtures
from providers.models import ApiProvider, ProviderModel

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def priced_model(site: str) -> None:  # noqa: F811
    """Made before the browser is: beside it this thread may not use the database."""
    acme = ApiProvider.objects.create(name="Acme", base_url="https://acme.example/v1")
    ProviderModel.objects.create(
        provider=acme, name="large", input_price=2_000_000, output_price=10_000_000
    )


def test_it_shows_what_a_choice_takes_and_then_runs_it(
    priced_model: None,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page)
    submit(page)
    page.get_by_role("link", name="Run it again with other models").click()
    page.wait_for_url("**/again/")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.get_by_label("Quality checker").select_option("large")
    page.get_by_text("goes to Acme, model large.").wait_for()
    assert "csrf" not in "".join(asked) and "token" not in "".join(asked)
    page.get_by_label("Quality checker").select_option("built-in")
    page.get_by_text("no model is asked").wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("link", name="Run 2", exact=True).wait_for()
    page.get_by_text("Confidence").first.wait_for()
    page.get_by_role("link", name="Run 1", exact=True).click()
    page.wait_for_url("**/runs/1/**")
    assert page.get_by_role("link", name="Run it again").count() == 0
