"""Every page of the console in a real browser: what axe finds, complaints, small screens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.developer import developer
from config.tests.admin_rows import ROWS
from config.tests.routes import Route, routes
from config.tests.test_browser_journey import PHONE, is_bad, overflow, sign_in
from config.tests.test_browser_pages import TABLET, violations
from config.workshop.needs import CHROMIUM_FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Django's own tables of inline rows have an empty head over what is no column; nothing to read.
DJANGOS = ('empty-table-header: <th class="original"></th>', "empty-table-header: <th></th>")
SHARES = 3  # of all addresses, for as many processes
THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
# A theme's colours are reached by way of those between.
AT_REST = "Promise.allSettled(document.getAnimations().map((each) => each.finished))"


@pytest.fixture
def addresses(live_server: LiveServer, settings: Settings) -> list[str]:
    """All that answers an administrator with a page, with a row of each model; made before the
    browser, beside whose loop Django makes no queries."""
    settings.DEBUG = True
    settings.MAX_DAILY_SUBMISSIONS = 1_000
    keys = {_list_of(model): ROWS[model](number).pk for number, model in enumerate(_models())}
    client = Client()
    client.force_login(developer("admin"))
    found = [_address(route, keys) for route in routes() if route.is_console]
    return [address for address in found if _is_page(client, address)]


def _models() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _address(route: Route, keys: dict[str, object]) -> str:
    key = next((key for start, key in keys.items() if route.path.startswith(start)), None)
    return route.at(object_id=key) if key else route.at()


def _is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(live_server: LiveServer, addresses: list[str], complaints: list[str]) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=live_server.url)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_bad(said.type) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        sign_in(page, "admin")
        yield page
        browser.close()


@pytest.mark.parametrize("share", range(SHARES))
def test_it_is_sound_on_every_page(
    page: Page, addresses: list[str], complaints: list[str], share: int
) -> None:
    assert {_list_of(model) for model in _models()} <= set(addresses)
    found = {each: _faults(page, each, complaints) for each in addresses[share::SHARES]}
    assert {address: faults for address, faults in found.items() if faults} == {}


def _faults(page: Page, address: str, complaints: list[str]) -> list[str]:
    page.goto(address)
    faults = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.evaluate(AT_REST)
        seen = [each for each in violations(page, preload=False) if each not in DJANGOS]
        faults += [f"{theme}: {each}" for each in seen]
    for size in (TABLET, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if (pixels := overflow(page)) > 0:
            faults.append(f"{pixels} pixels too wide at {size['width']}")
    faults += complaints
    complaints.clear()
    return faults
