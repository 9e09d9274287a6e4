"""Tables that leave the console and come back, in a real browser: both themes, and a phone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from config.tests.test_browser_journey import (  # noqa: F401 - fixtures
    PHONE,
    overflow,
    page,
    sign_in,
    site,
)
from config.tests.test_browser_pages import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROMPTS = "/admin/pipeline/systemprompt/"


def choose(page: Page, rows: list[dict[str, str]]) -> None:  # noqa: F811
    page.goto(f"{PROMPTS}import/")
    content = json.dumps(rows).encode()
    file = {"name": "prompts.json", "mimeType": "application/json", "buffer": content}
    page.get_by_label("File to import").set_input_files(files=[file])
    page.get_by_label("Format").select_option("JSON")
    page.get_by_role("button", name="Preview").click()


def test_it_saves_a_table(page: Page, tmp_path: Path) -> None:  # noqa: F811
    sign_in(page, "admin")
    page.goto(PROMPTS)
    page.get_by_role("link", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    download.value.save_as(tmp_path / "table.csv")
    assert download.value.suggested_filename == "system-prompts.csv"
    assert (tmp_path / "table.csv").read_text().startswith("step,version,content")


def test_it_saves_chosen_rows(page: Page) -> None:  # noqa: F811
    sign_in(page, "admin")
    page.goto(PROMPTS)
    page.locator("#result_list tbody input.action-select").first.check()
    page.get_by_label("Action:").select_option(label="Export selected system prompts")
    page.get_by_role("button", name="Run the selected action").or_(
        page.get_by_role("button", name="Go")
    ).first.click()
    page.get_by_text("1 chosen row with").wait_for()
    with page.expect_download():
        page.get_by_role("button", name="Export", exact=True).click()


def test_it_previews_and_imports(page: Page) -> None:  # noqa: F811
    sign_in(page, "admin")
    choose(page, [{"step": "quality", "content": "Look twice."}])
    page.get_by_role("cell", name="Look twice.").wait_for()
    page.get_by_role("button", name="Confirm import").click()
    page.get_by_text("Import finished: 1 new").wait_for()
    page.goto(f"{PROMPTS}?q=Look+twice")
    page.locator("#result_list tbody th a").click()
    page.get_by_text("Look twice.").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_looks_right_in_both_themes_and_on_a_phone(
    page: Page,  # noqa: F811
    theme: Literal["light", "dark"],
) -> None:
    page.emulate_media(color_scheme=theme)
    sign_in(page, "admin")
    page.set_viewport_size(PHONE)
    page.goto(f"{PROMPTS}export/")
    assert overflow(page) <= 0
    assert violations(page, preload=False) == []
    page.goto(f"{PROMPTS}import/")
    assert overflow(page) <= 0
    assert violations(page, preload=False) == []
    choose(page, [{"step": "quality", "content": "word " * 80}])
    page.get_by_role("button", name="Confirm import").wait_for()
    assert overflow(page) <= 0
    assert violations(page, preload=False) == []
    choose(page, [{"step": "nothing", "content": "x" * 300}])
    page.get_by_text("not a valid choice").wait_for()
    assert overflow(page) <= 0
