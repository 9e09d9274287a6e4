"""Somebody's whole way in a real browser: a file dropped, each tab, marks, copies and downloads."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from accounts.tests.conftest import provider, provider_process
from accounts.tests.provider_client import Provider
from config.tests.test_browser_journey import CODE, open_tab, page, sign_in, site, submit
from config.tests.test_browser_sign_in import BUTTON, agree

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["page", "provider", "provider_process", "site"]  # fixtures

TABS = {
    "Dossier": "5 lines of Python with 1 function",
    "Findings": "YAML is loaded with a loader that builds objects",
    "Code": "return yaml.load(text)",
    "Rebuilt": "return yaml.safe_load(text)",
    "Diff": "1 line added, 1 removed.",
    "Verdict": "Computed from these checks",
    "Evidence": "What was measured",
    "Trace": "No model was asked.",
}


def drop(page: Page, file: Path, on: Locator) -> None:
    """Drop a file of this machine as a hand would: the browser itself is told, not the page."""
    place = on.bounding_box()
    assert place is not None
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": place["x"] + 20,
                "y": place["y"] + 20,
                "data": {"items": [], "files": [str(file)], "dragOperationsMask": 1},
            },
        )
    browser.detach()


def finished(page: Page, code: str = CODE) -> str:
    """Hand code in and wait for its end; returns the address of the result."""
    submit(page, code)
    page.get_by_role("link", name="Verdict").wait_for()
    return page.url.split("?")[0]


def go(page: Page, target: Locator) -> None:
    with page.expect_navigation():
        target.click()


def test_a_stranger_signs_in_drops_a_file_and_reads_every_tab(
    provider: Provider,
    page: Page,
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings_reader.py"
    file.write_text(CODE)
    page.goto("/account/")
    page.get_by_role("button", name=BUTTON).click()
    agree(page, provider.knows())
    page.wait_for_url("**/account/")
    page.goto("/")
    drop(page, file, page.locator(".cm-content"))
    page.get_by_text("settings_reader.py, 61 bytes. Sent instead of the text.").wait_for()
    assert page.get_by_label("Language").input_value() == "python"
    go(page, page.get_by_role("button", name="Submit", exact=True))
    page.get_by_role("link", name="Verdict").wait_for()
    for name, text in TABS.items():
        open_tab(page, name)
        assert text in page.locator("#panel").inner_text(), name


def test_it_shows_the_difference_in_every_manner(page: Page) -> None:
    sign_in(page)
    result = finished(page)
    page.goto(f"{result}?tab=diff")
    go(page, page.get_by_role("link", name="Side by side"))
    assert page.get_by_role("columnheader", name="Rebuilt").is_visible()
    go(page, page.get_by_role("link", name="Ignore changes of spaces"))
    assert page.get_by_role("link", name="Show changes of spaces").is_visible()
    assert "yaml.safe_load" in page.locator("#panel").inner_text()
    go(page, page.get_by_role("link", name="Unified"))
    assert page.get_by_role("link", name="Show changes of spaces").is_visible()


def test_it_marks_a_finding_twice_and_opens_it_again(page: Page) -> None:
    sign_in(page)
    page.goto(f"{finished(page)}?tab=findings")
    for choice, reason, day, shown in (
        ("False positive", "Only operators write it.", "", "False positive"),
        ("Accepted risk", "Until the rewrite.", "2100-01-01", "Accepted"),
        ("Open", "", "", ""),
    ):
        page.locator(".mark-form summary").first.click()
        page.get_by_label("What stands").first.select_option(label=choice)
        page.get_by_label("Reason").first.fill(reason)
        page.get_by_label("Accepted until").first.fill(day)
        go(page, page.get_by_role("button", name="Save").first)
        side = page.locator(".finding-side").first.inner_text()
        assert shown.lower() in side.lower(), choice
    assert page.locator(".finding-marked").count() == 0


def test_what_is_copied_and_downloaded_is_the_result(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page)
    page.goto(f"{finished(page)}?tab=rebuilt")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied.").wait_for()
    rebuilt = CODE.replace("yaml.load", "yaml.safe_load")
    assert page.evaluate("navigator.clipboard.readText()") == rebuilt
    assert taken(page, "Download").decode() == rebuilt
    assert "yaml.safe_load" in taken(page, "Markdown").decode()
    assert json.loads(taken(page, "JSON"))["files"]
    log = json.loads(taken(page, "SARIF"))
    assert (log["version"], len(log["runs"][0]["results"])) == ("2.1.0", 1)
    with zipfile.ZipFile(io.BytesIO(taken(page, "All as a zip"))) as archive:
        names = archive.namelist()
    assert {Path(name).suffix for name in names} >= {".md", ".json", ".sarif", ".py"}


def taken(page: Page, name: str) -> bytes:
    """What a link of the result downloads."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_the_account_ends_other_sessions_and_exports_its_data(
    page: Page,
) -> None:
    sign_in(page)
    finished(page)
    assert page.context.browser is not None
    base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    elsewhere = page.context.browser.new_page(base_url=base)
    sign_in(elsewhere)
    page.goto("/account/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export my data").click()
    assert CODE.split("\n")[-2].strip() in exported(Path(download.value.path()))
    page.get_by_label("Address, https only").fill("http://127.0.0.1/hook")
    go(page, page.get_by_role("button", name="Set", exact=True))
    assert page.get_by_text(re.compile("https")).first.is_visible()
    page.goto("/account/")
    go(page, page.get_by_role("button", name="Sign out everywhere"))
    for one in (page, elsewhere):
        one.goto("/account/")
        assert "/sign-in/" in one.url


def exported(path: Path) -> str:
    """All text of an export, whether it is one file or an archive of them."""
    if not zipfile.is_zipfile(path):
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())


def test_an_account_is_deleted_by_its_typed_address(page: Page) -> None:
    sign_in(page)
    finished(page)
    page.goto("/account/")
    go(page, page.get_by_role("link", name="Delete my account"))
    address = page.get_by_label("Type your e-mail address")
    asked = re.search(r"address to confirm: (\S+@\S+)", page.text_content("main") or "")
    assert asked is not None
    for typed in ("somebody.else@example.com", asked[1]):
        address.fill(typed)
        go(page, page.get_by_role("button", name="Delete my account for good"))
        assert address.is_visible() == (typed != asked[1])
    page.goto("/account/")
    assert "/sign-in/" in page.url
