"""A step's route in a real browser: models are offered by provider, for fallbacks too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.tests.admin_rows import a_model
from config.tests.test_browser_journey import page, sign_in, site  # noqa: F401 - fixtures
from config.tests.test_browser_models import save
from pipeline.models import Step

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def offered(models: Locator) -> list[str]:
    return models.locator("option:not([disabled])").all_inner_texts()[1:]


@pytest.fixture
def two_models(transactional_db: None) -> None:
    for number in (1, 2):
        a_model(number)


def open_route(page: Page) -> None:  # noqa: F811
    page.goto("/admin/pipeline/modelconfig/")
    page.get_by_role("link", name=str(Step.FORENSIC.label)).click()
    page.locator("#id_model").wait_for()
    page.wait_for_load_state()


def test_it_offers_the_models_of_the_chosen_provider_only(
    two_models: None,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, "admin")
    open_route(page)
    models = page.locator("#id_model")
    assert offered(models) == []
    page.locator("#id_provider").select_option(label="Vendor 1")
    assert offered(models) == ["Vendor 1: model-1"]
    models.select_option(label="Vendor 1: model-1")
    page.locator("#id_provider").select_option(label="Vendor 2")
    assert models.input_value() == ""
    models.select_option(label="Vendor 2: model-2")
    page.get_by_role("button", name="Add another Fallback").click()
    second = "#id_fallbacks-1"
    page.locator(f"{second}-position").fill("1")
    assert offered(page.locator(f"{second}-model")) == []
    page.locator(f"{second}-provider").select_option(label="Vendor 1")
    page.locator(f"{second}-model").select_option(label="Vendor 1: model-1")
    save(page)
    assert page.get_by_text("Vendor 1: model-1").is_visible()
    open_route(page)
    assert offered(page.locator("#id_fallbacks-0-model")) == ["Vendor 1: model-1"]
