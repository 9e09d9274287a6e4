"""A visitor's way through the pages in a real browser, with the worker pool at work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from config.tests.pool_at_work import pool_at_work
from config.workshop.needs import CHROMIUM_FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
PATIENCE_MS = 20_000
PHONE = {"width": 390, "height": 844}
TABS = ("Dossier", "Findings", "Rebuilt", "Diff", "Verdict")


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """The product on a free port, with its defaults, a pool, and the developer sign-in."""
    settings.DEBUG = True
    call_command("seed_defaults")
    with pool_at_work():
        yield live_server.url


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    yield from browser_page(site)


def browser_page(site: str) -> Iterator[Page]:
    """A page of a fresh browser; whatever its console complains about fails the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []

    def heed(said: ConsoleMessage) -> None:
        if is_ours(said, site):
            complaints.append(said.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(base_url=site)
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", heed)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()
    assert complaints == []


def is_bad(kind: str) -> bool:
    return kind in ("error", "warning")


def is_ours(said: ConsoleMessage, site: str) -> bool:
    """Whether the console complains about us: not about a page of a provider of sign-in, and not
    that a form was refused, which browsers write down as well."""
    where = said.location["url"]
    refused = "status of 422" in said.text
    return is_bad(said.type) and not refused and (not where or where.startswith(site))


def sign_in(page: Page, role: str = "user") -> None:
    page.goto("/sign-in/")
    # The pattern of an address would match the page of the sign-in too, and be met at once.
    with page.expect_navigation():
        page.get_by_role("button", name=f"Sign in as {role}").click()


def submit(page: Page, code: str = CODE) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Language").select_option("python")
    page.get_by_label(re.compile("^Comments")).fill("Is this safe for files from users?")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(re.compile(r"/submissions/[^/]+/"))


def open_tab(page: Page, name: str) -> None:
    """Open a tab of the result and wait for its page: a click may return before that is there."""
    with page.expect_navigation():
        page.get_by_role("navigation", name="Result").get_by_role("link", name=name).click()


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_it_goes_from_sign_in_to_a_verdict_without_a_reload_by_hand(page: Page) -> None:
    sign_in(page)
    submit(page)
    page.get_by_role("link", name="Verdict").wait_for()
    for name in TABS:
        open_tab(page, name)
        current = page.locator('nav[aria-label="Result"] [aria-current="page"]')
        assert current.inner_text().strip().lower() == name.lower()
    panel = page.locator("#panel").inner_text()
    assert "Computed from these checks" in panel


def test_it_shows_the_repair_as_a_diff(page: Page) -> None:
    sign_in(page)
    submit(page)
    page.get_by_role("link", name="Diff").wait_for()
    open_tab(page, "Diff")
    text = page.locator("#panel").inner_text()
    assert "yaml.load(text)" in text
    assert "yaml.safe_load(text)" in text


def test_it_takes_a_file_and_finds_it_again_in_the_history(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "settings_reader.py"
    file.write_text(CODE)
    sign_in(page)
    page.locator("input[name=file]").set_input_files(file)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name="Verdict").wait_for()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="settings_reader.py").click()
    page.get_by_role("heading", name="settings_reader.py").wait_for()


def test_it_lets_nobody_in_after_signing_out(page: Page) -> None:
    sign_in(page)
    submit(page)
    result = page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    page.goto(result)
    assert "/sign-in/" in page.url


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)
    assert overflow(page) <= 0
    submit(page, CODE + "x = 1  # " + "wide " * 100 + "\n")
    page.get_by_role("link", name="Verdict").wait_for()
    for name in TABS:
        open_tab(page, name)
        assert overflow(page) <= 0, name


def test_it_can_be_used_without_javascript(site: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_context(base_url=site, java_script_enabled=False).new_page()
        sign_in(page)
        submit(page)
        for _ in range(200):
            if page.get_by_role("link", name="Verdict").count():
                break
            # A click may return before the next page is there; the old one must not be read again.
            with page.expect_navigation():
                page.get_by_role("link", name="Reload").click()
        page.get_by_role("link", name="Verdict").click()
        assert "Confidence" in page.content()
        browser.close()


def test_it_shows_what_another_tool_found(page: Page, tmp_path: Path) -> None:
    log = tmp_path / "other.sarif"
    place = {"artifactLocation": {"uri": "src/reader.py"}, "region": {"startLine": 1}}
    result = {"message": {"text": "Told."}, "locations": [{"physicalLocation": place}]}
    run = {"tool": {"driver": {"name": "Team Scan"}}, "results": [result]}
    log.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(CODE)
    page.get_by_label("File name").fill("reader.py")
    page.get_by_text("Findings of another tool").click()
    page.get_by_label("SARIF file").set_input_files(log)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name="Findings").wait_for()
    open_tab(page, "Findings")
    page.get_by_text("By team-scan (imported)").wait_for()


def test_a_mark_stays_with_the_next_version_of_a_file(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "settings_reader.py"
    sign_in(page)
    for code in (CODE, f"# settings\n{CODE}"):
        file.write_text(code)
        page.goto("/")
        page.locator("input[name=file]").set_input_files(file)
        page.get_by_role("button", name="Submit").click()
        page.get_by_role("link", name="Verdict").wait_for()
        open_tab(page, "Findings")
        if code == CODE:
            page.get_by_text("Not a problem here?").click()
            page.get_by_label("Reason").fill("Only operators write it.")
            with page.expect_navigation():
                page.get_by_role("button", name="Save").click()
    page.get_by_text("0 new").wait_for()
    page.get_by_text("Only operators write it.").wait_for()
