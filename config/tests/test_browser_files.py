"""Choosing and dropping files on the form: what is told before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.tests.test_browser_journey import CODE, PHONE, page, sign_in, site
from config.tests.test_browser_whole import go

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["page", "site"]  # fixtures


def test_a_file_that_cannot_be_sent_is_told_of_and_left_out_again(
    page: Page, tmp_path: Path
) -> None:
    large, empty = tmp_path / "large.py", tmp_path / "empty.py"
    large.write_text("x = 1\n" * 20_000)
    empty.touch()
    sign_in(page)
    home = page.url
    page.get_by_label("Code", exact=True).fill(CODE)
    file = page.get_by_label("Or a file")
    file.set_input_files(empty)
    page.get_by_text("The file is empty.").wait_for()
    file.set_input_files(large)
    page.get_by_text("The file is 120,000 bytes long; 100,000 are allowed.").wait_for()
    page.get_by_role("button", name="Submit", exact=True).click()
    assert page.url == home
    page.get_by_role("button", name="Leave the file out").click()
    assert page.get_by_text("The file is").count() == 0
    assert page.evaluate("document.activeElement.id") == "id_file"
    page.get_by_label("Language").select_option("python")
    go(page, page.get_by_role("button", name="Submit", exact=True))
    page.get_by_role("link", name="Verdict").wait_for()


def test_what_is_wrong_is_brought_into_sight_on_a_phone(page: Page, tmp_path: Path) -> None:
    unknown = tmp_path / "notes.unknown"
    unknown.write_text("x = 1\n")
    page.set_viewport_size(PHONE)
    sign_in(page)
    page.get_by_label("Or a file").set_input_files(unknown)
    go(page, page.get_by_role("button", name="Submit", exact=True))
    place = page.get_by_text("The language cannot be told").bounding_box()
    assert place is not None
    assert 0 < place["y"] < PHONE["height"]
