"""The estimate follows what is typed in a real browser, and only sizes leave the page for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import page, sign_in, site  # noqa: F401 - fixtures
from pipeline.models import Step
from pipeline.tests.priced import route
from providers.models import ApiProvider

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET = "password_of_the_bank = 1\n"


@pytest.fixture
def priced_step(site: str) -> None:  # noqa: F811
    """Made before the browser is: beside it this thread may not use the database."""
    acme = ApiProvider.objects.create(name="Acme", base_url="https://acme.example/v1")
    route(Step.REBUILDER, acme)


def test_it_follows_what_is_typed_and_sends_no_code(
    priced_step: None,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, "user")
    page.goto("/")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(f"{sent.url} {sent.post_data}"))
    page.get_by_label("Code", exact=True).fill(SECRET * 100)
    page.get_by_text(f"for {len(SECRET) * 100:,} bytes of code").wait_for()
    page.get_by_label("Code", exact=True).fill("x" * 200_000)
    page.get_by_text("More than 100,000 bytes can not be sent.").wait_for()
    assert sum("/estimate/" in request for request in asked) == 2
    assert "password" not in "".join(asked)


def test_it_keeps_the_details_open_while_it_follows(
    priced_step: None,
    page: Page,  # noqa: F811
) -> None:
    sign_in(page, "user")
    page.goto("/")
    page.get_by_text("Expected for 10,000 bytes of code").click()
    page.get_by_label("Code", exact=True).fill(SECRET)
    page.get_by_text(f"Expected for {len(SECRET)} bytes of code").wait_for()
    assert page.get_by_text("models that stand in for others cost extra").is_visible()
