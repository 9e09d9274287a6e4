"""The pages in a real browser: what axe finds, the editor by keyboard, small screens."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.developer import developer
from config.tests.test_browser_journey import PHONE, is_bad, overflow, sign_in
from config.workshop.needs import CHROMIUM_FLAGS, chromium
from pipeline.models import Submission
from pipeline.services import run_again, submit
from pipeline.tests.page_data import finish

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET = {"width": 768, "height": 1024}
LONG_NAME = "n" * 197 + ".py"
CODE = "import hashlib\n\nprint(hashlib.md5(b'x').hexdigest())  # \u202eevil\u2066\n"
HOME_BYTES = 120_000
RESULT_BYTES = 160_000  # its fonts, styles and scripts, and a page with little on it
TABS = ("dossier", "findings", "code", "rebuilt", "diff", "verdict", "evidence", "trace")
VIEWS = (
    *(f"?tab={tab}&page=99" for tab in TABS),  # the last one, which is short
    "?tab=code",
    "?tab=diff&view=side",
    "?tab=diff&with=previous&view=side",
    "runs/1/?tab=rebuilt",
    "again/",
)


@pytest.fixture
def result(live_server: LiveServer, settings: Settings) -> str:
    """A submission that was run twice, of a file that was handed in before; its address."""
    settings.DEBUG = True
    settings.MAX_DAILY_SUBMISSIONS = 100
    _sent("old = 1\n")
    one = _sent(CODE + "x = 1\n" * 10_000)
    run_again(submission=one, by=one.user, chosen={}, idempotency_key="second")
    finish(one, one.code + "y = 2\n")
    return one.get_absolute_url()


def _sent(code: str) -> Submission:
    one = submit(user=developer("user"), code=code, language="python", filename=LONG_NAME)
    finish(one, code + "\n" + "y = '" + "wide" * 200 + "'\n")
    return one


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, live_server: LiveServer, result: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=live_server.url, color_scheme=request.param)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_bad(said.type) else None)
        yield page
        browser.close()
    assert complaints == []


def violations(page: Page, **options: object) -> list[str]:
    """What axe finds on a page; of the dark theme only what themes differ in, which is colours.

    Without ``preload`` it does not fetch the styles that other styles import.
    """
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    rules = {"runOnly": {"type": "rule", "values": ["color-contrast"]}} if is_dark else {}
    wanted = {"resultTypes": ["violations"], **rules, **options}
    found = Axe().run(page, options=wanted).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"][:3]]


def test_axe_finds_nothing(page: Page, result: str) -> None:
    found: dict[str, list[str]] = {}
    page.goto("/sign-in/")
    found["sign-in"] = violations(page)
    sign_in(page)
    for address in ("/", "/submissions/", "/account/", *(result + view for view in VIEWS)):
        page.goto(address)
        found[address] = violations(page)
    assert {address: said for address, said in found.items() if said} == {}


def test_everything_fits_a_phone_and_a_tablet(page: Page, result: str) -> None:
    sign_in(page)
    for address in ("/", "/submissions/", *(result + view for view in VIEWS)):
        page.goto(address)
        for size in (TABLET, PHONE):
            page.set_viewport_size(size)
            assert overflow(page) <= 0, (address, size)


def test_a_tab_shows_what_it_holds_on_a_phone_too(page: Page, result: str) -> None:
    page.set_viewport_size(PHONE)
    sign_in(page)
    page.goto(result)
    page.get_by_role("navigation", name="Result").get_by_role("link", name="Verdict").click()
    page.wait_for_url("**tab=verdict#tabs")
    assert page.evaluate("document.getElementById('panel').getBoundingClientRect().top") < 300
    assert page.evaluate("document.getElementById('tabs').getBoundingClientRect().top") > -1


PASTE = """text => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.querySelector(".cm-content").dispatchEvent(paste);
}"""


def test_the_keyboard_gets_out_of_the_editor(page: Page) -> None:
    sign_in(page)
    page.goto("/")
    editor = page.get_by_label("Code", exact=True)
    editor.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").count("cm-content")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.className").count("cm-content")


def test_the_keyboard_submits_what_is_in_the_editor(page: Page) -> None:
    sign_in(page)
    page.goto("/")
    page.get_by_label("Code", exact=True).fill("a = 1\nb = 2\n")
    page.get_by_label("Language").select_option("python")
    page.get_by_label("Code", exact=True).focus()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    page.goto(page.url.split("?")[0] + "?tab=code")
    assert page.locator(".code .text").inner_text() == "a = 1\nb = 2"


def test_long_code_scrolls_in_the_editor_and_leaves_the_button_on_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    sign_in(page)
    page.goto("/")
    height = "document.documentElement.scrollHeight"
    before = page.evaluate(height)
    page.evaluate(PASTE, "x = 1\n" * 2_000)
    page.wait_for_function("document.querySelector('[name=code]').value.length > 10000")
    assert page.evaluate(height) == before
    place = page.get_by_role("button", name="Submit").bounding_box()
    assert place and place["y"] + place["height"] <= 900


def test_home_is_light_without_the_editor(page: Page) -> None:
    sign_in(page)
    sizes: dict[str, int] = {}
    page.on("response", lambda got: sizes.update({got.url: len(got.body())}))
    page.goto("/", wait_until="networkidle")
    assert any("codemirror" in address for address in sizes)
    assert sum(size for url, size in sizes.items() if "codemirror" not in url) <= HOME_BYTES


def test_a_result_is_light_apart_from_what_is_in_it(page: Page, result: str) -> None:
    sizes: dict[str, int] = {}
    sign_in(page)
    page.on("response", lambda got: sizes.update({got.url: sent_bytes(got.url, got.body())}))
    page.goto(f"{result}?tab=verdict", wait_until="networkidle")
    assert any("htmx" in address for address in sizes)
    assert sum(sizes.values()) <= RESULT_BYTES, sizes


def sent_bytes(url: str, body: bytes) -> int:
    """As the production server sends it: styles and scripts are compressed, pages are not."""
    return len(gzip.compress(body)) if url.endswith((".css", ".js", ".svg")) else len(body)
