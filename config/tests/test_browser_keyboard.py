"""The keyboard alone: it reaches everything, shows where it is, and is kept by nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from config.tests.test_browser_journey import CODE, browser_page, page, site, submit

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["page", "site"]  # fixtures

MOST_STOPS = 120
# An editor shows its focus on the box around the text, and a moment late.
FOCUS = """async () => {
    const look = () => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const label = element.labels && element.labels[0];
        const by = document.getElementById(element.getAttribute("aria-labelledby"));
        const name = element.getAttribute("aria-label") || (by || label || element).textContent;
        const box = element.closest(".cm-editor") || element;
        const style = getComputedStyle(box);
        const place = box.getBoundingClientRect();
        return {
            name: name.replace(/\\s+/g, " ").trim(),
            editor: element.classList.contains("cm-content"),
            ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
            seen: place.bottom > 0 && place.top < innerHeight && place.right > 0,
        };
    };
    const end = performance.now() + 2000;
    let found = look();
    while (found && !found.ringed && performance.now() < end) {
        await new Promise(requestAnimationFrame);
        found = look();
    }
    return found;
}"""


def tab(page: Page, key: str = "Tab") -> dict[str, Any]:
    """Go on to the next stop; it must be ringed and on the screen."""
    page.keyboard.press(key)
    found = page.evaluate(FOCUS)
    assert found is None or (found["ringed"] and found["seen"]), found
    return found or {"name": "", "editor": False}


def tab_to(page: Page, name: str) -> None:
    for _ in range(MOST_STOPS):
        if re.match(name, tab(page)["name"], re.IGNORECASE):
            return
        leave_editor(page)
    raise AssertionError(f"the keyboard does not reach {name!r}")


def leave_editor(page: Page) -> None:
    if (page.evaluate(FOCUS) or {}).get("editor"):
        page.keyboard.press("Escape")


def enter(page: Page, name: str) -> None:
    """Go to something and press Enter on it, which leads to another page."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_somebody_without_a_mouse_comes_from_the_door_to_a_marked_finding(
    page: Page,
) -> None:
    page.goto("/")
    enter(page, "Sign in$")
    enter(page, "Sign in as user")
    tab_to(page, "Code$")
    page.keyboard.insert_text(CODE)
    leave_editor(page)
    tab_to(page, "Language")
    page.keyboard.type("Python")
    enter(page, "Submit$")
    page.get_by_role("link", name="Verdict").wait_for()
    enter(page, "Verdict")
    enter(page, "Findings")
    tab_to(page, "Not a problem here")
    page.keyboard.press("Enter")
    tab_to(page, "What stands")
    page.keyboard.type("Accepted")
    tab_to(page, "Reason")
    page.keyboard.type("Until the rewrite.")
    tab_to(page, "Accepted until")
    page.keyboard.type("01012100")
    enter(page, "Save")
    page.get_by_text("Until the rewrite.").first.wait_for()
    enter(page, "History")
    tab_to(page, "Choose (?!all)")
    page.keyboard.press("Space")
    enter(page, "Delete chosen")
    enter(page, "Delete for good")
    page.get_by_text("Deleted: 1 submission.").wait_for()
    enter(page, "Sign out")
    page.get_by_text("You are signed out.").wait_for()


def test_no_page_keeps_the_keyboard_or_hides_where_it_is(page: Page) -> None:
    page.goto("/sign-in/")
    enter(page, "Sign in as user")
    submit(page)
    page.get_by_role("link", name="Verdict").wait_for()
    result = page.url.split("?")[0]
    views = ("?tab=findings", "?tab=rebuilt", "?tab=diff&view=side", "?tab=verdict")
    for path in ("/", "/submissions/", "/account/", *(result + view for view in views)):
        page.goto(path)
        assert rounds(page), path


def rounds(page: Page) -> bool:
    """Whether Tab comes back to where it began, and Shift and Tab goes the other way."""
    first = tab(page)["name"]
    assert first == "Skip to the content"
    second = tab(page)["name"]
    for _ in range(MOST_STOPS):
        leave_editor(page)
        if tab(page)["name"] == first:
            break
    else:
        return False
    assert tab(page)["name"] == second
    return bool(tab(page, "Shift+Tab")["name"] == first)


def test_what_is_polled_leaves_the_keyboard_where_it_is(
    live_server: LiveServer, settings: Settings
) -> None:
    """Nobody works here, so the run waits; each poll is told that the page is out of date."""
    settings.DEBUG = True
    call_command("seed_defaults")

    def outdated(route: Route) -> None:
        route.continue_(url=re.sub("seen=[^&]*", "seen=old", route.request.url))

    for browsing in browser_page(live_server.url):
        browsing.goto("/sign-in/")
        enter(browsing, "Sign in as user")
        browsing.route("**/progress/*", outdated)
        submit(browsing)
        tab_to(browsing, "Cancel this run")
        for _ in range(2):
            with browsing.expect_response("**/progress/*"):
                pass
        assert browsing.evaluate(FOCUS)["name"] == "Cancel this run"
        with browsing.expect_navigation():
            browsing.keyboard.press("Enter")
        browsing.get_by_role("heading", name="Cancelled").first.wait_for()
