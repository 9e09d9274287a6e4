"""History and account in a real browser, with and without JavaScript, on a desk and on a phone."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from accounts.developer import ADDRESSES, developer
from config.tests.test_browser_journey import PHONE, sign_in
from config.workshop.needs import CHROMIUM_FLAGS, chromium
from pipeline.models import Submission
from pipeline.services import submit
from pipeline.tests.page_data import finish

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def three(live_server: LiveServer, settings: Settings) -> None:
    """Three submissions, and 60 older ones of another language.

    Made before the browser, beside whose loop Django makes no queries."""
    settings.DEBUG = True
    settings.MAX_DAILY_SUBMISSIONS = 100
    for name in ("alpha.py", "beta.py", "gamma.py"):
        made = submit(user=developer("user"), code="x = 1\n", language="python", filename=name)
        finish(made)
    others = (
        Submission(user=developer("user"), code="x", language="go", filename=f"file-{n:02}.go")
        for n in reversed(range(60))
    )
    Submission.objects.bulk_create(others)
    Submission.objects.filter(language="go").update(created_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def page(request: pytest.FixtureRequest, live_server: LiveServer, three: None) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=live_server.url, java_script_enabled=request.param)
        page = context.new_page()
        page.set_default_timeout(20_000)
        sign_in(page)
        yield page
        browser.close()


def go(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_it_finds_chooses_and_deletes(page: Page) -> None:
    page.goto("/submissions/")
    page.get_by_label("File name or comments").fill("beta")
    go(page, "Show")
    assert page.locator("tbody tr").count() == 1
    page.get_by_label("Choose beta.py").check()
    go(page, "Delete chosen")
    go(page, "Delete for good")
    page.get_by_text("Deleted: 1 submission.").wait_for()
    assert page.locator("tbody th").all_inner_texts()[:3] == ["gamma.py", "alpha.py", "file-00.go"]


def test_it_filters_sorts_and_turns_pages(page: Page) -> None:
    page.goto("/submissions/")
    page.get_by_label("Language").select_option("go")
    page.get_by_label("Sort").select_option("name")
    go(page, "Show")
    names = [f"file-{number:02}.go" for number in range(60)]
    for start in (0, 25, 50):
        assert page.locator("tbody th").all_inner_texts() == names[start : start + 25]
        page.get_by_text(f"Page {start // 25 + 1} of 3").wait_for()
        if start < 50:
            with page.expect_navigation():
                page.get_by_role("link", name="Next").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Back").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Show everything").click()
    page.get_by_text("63 submissions.").wait_for()


def test_it_exports_all_on_the_page(page: Page) -> None:
    page.goto("/submissions/?language=python")
    with page.expect_navigation():
        page.get_by_role("link", name="Choose all on this page").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export chosen").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sum(name.endswith("report.md") for name in archive.namelist()) == 3


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in ("/submissions/", "/account/", "/account/delete/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_it_deletes_the_account(page: Page) -> None:
    page.goto("/account/")
    with page.expect_navigation():
        page.get_by_role("link", name="Delete my account").click()
    page.get_by_label(re.compile("Type your e-mail")).fill(ADDRESSES["user"])
    go(page, "Delete my account for good")
    page.get_by_text("Your account is deleted.").wait_for()
    sign_in(page)
    page.goto("/submissions/")
    page.get_by_text("Nothing submitted yet.").wait_for()
