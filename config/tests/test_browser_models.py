"""An administrator sets a model up in a real browser, and the next submission is run by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import page, sign_in, site, submit  # noqa: F401 - fixtures
from pipeline.models import Step
from providers.tests.conftest import CANARY, vendor, vendor_process  # noqa: F401 - fixtures
from providers.tests.fake_vendor import FakeVendor

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MODEL = "good"


def save(page: Page) -> None:  # noqa: F811
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()


def add_provider(page: Page, vendor: FakeVendor) -> None:  # noqa: F811
    page.goto("/admin/providers/apiprovider/add/")
    page.get_by_label("Name:", exact=True).fill("Pretend")
    page.get_by_label("Base URL").fill(vendor.base_url)
    page.get_by_label("New key").fill(CANARY)
    save(page)


def act(page: Page, action: str) -> None:  # noqa: F811
    page.goto("/admin/providers/apiprovider/")
    page.get_by_role("row", name="Pretend").get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(action)
    page.get_by_role("button", name="Go").click()
    page.locator(".messagelist .success").wait_for()


def point_to_model(page: Page, step: Step) -> None:  # noqa: F811
    page.goto("/admin/pipeline/modelconfig/")
    page.get_by_role("link", name=str(step.label)).click()
    page.get_by_label("Provider:").select_option(label="Pretend")
    page.get_by_label("Model:").select_option(label=f"Pretend: {MODEL}")
    save(page)


def test_it_runs_the_next_submission_by_the_model_an_administrator_set_up(
    page: Page,  # noqa: F811
    vendor: FakeVendor,  # noqa: F811
) -> None:
    sign_in(page, "admin")
    add_provider(page, vendor)
    assert CANARY not in page.content()
    act(page, "test_connection")
    act(page, "sync_models")
    for step in Step:
        point_to_model(page, step)
    page.goto("/")
    submit(page)
    page.get_by_role("link", name="Verdict").wait_for()
    page.get_by_role("link", name="Verdict").click()
    page.locator("#panel").get_by_text(re.compile(f"Pretend.*{MODEL}")).first.wait_for()
    assert CANARY not in page.content()
