"""What axe finds on the pages that people seldom see, in both themes: errors, empty, console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db.models import Model
from django.urls import reverse

from accounts.developer import developer
from accounts.models import User
from config.tests import shown_errors
from config.tests.admin_rows import ROWS
from config.tests.test_browser_journey import sign_in
from config.tests.test_browser_pages import violations
from config.workshop.needs import CHROMIUM_FLAGS, chromium
from operations.models import AuditEntry, RuntimeConfig
from pipeline.models import DeadLetter, Job, JobState, KnownFinding, ModelConfig
from pipeline.services import submit
from pipeline.tests.page_data import put
from providers.models import ApiProvider

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Django's own tables of inline rows have an empty head over what is no column; nothing to read.
DJANGOS = ('empty-table-header: <th class="original"></th>', "empty-table-header: <th></th>")
ACCOUNT = ("/account/", "/account/delete/")
EMPTY = ("/submissions/", "/submissions/?q=nothing", "/submissions/delete/", "/?example=1")
LOOKED_AT: tuple[type[Model], ...] = (
    ApiProvider,
    AuditEntry,
    DeadLetter,
    Job,
    KnownFinding,
    ModelConfig,
    RuntimeConfig,
    User,
)


@pytest.fixture
def addresses(live_server: LiveServer, settings: Settings) -> dict[str, list[str]]:
    """What each role opens, made before the browser, beside whose loop Django makes no queries."""
    settings.DEBUG = True
    settings.ROOT_URLCONF = "config.tests.shown_errors"
    settings.MAX_DAILY_SUBMISSIONS = 100
    developer("user")
    runs = [_run(state) for state in ("queued", "running", "dead", "cancelled", "failed")]
    errors = [f"/shown/{name}" for name in shown_errors.NAMES]
    return {"user": [*EMPTY, *ACCOUNT, *errors, *runs], "admin": _console()}


def _run(state: str) -> str:
    one = submit(user=developer("user"), code="x = 1\n", language="python", filename=f"{state}.py")
    put(one, JobState(state))
    return one.get_absolute_url()


def _console() -> list[str]:
    """The front page, and list and row of each model that has a look or an action of its own."""
    found = [reverse("admin:index")]
    for number, model in enumerate(LOOKED_AT):  # each with rows of its own
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{base}_changelist"))
        found.append(reverse(f"{base}_change", args=[ROWS[model](number).pk]))
    return found


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, live_server: LiveServer, addresses: dict[str, list[str]]
) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=live_server.url, color_scheme=request.param)
        yield context.new_page()
        browser.close()


@pytest.mark.parametrize("role", ["user", "admin"])
def test_axe_finds_nothing(page: Page, addresses: dict[str, list[str]], role: str) -> None:
    sign_in(page, role)
    found: dict[str, list[str]] = {}
    for address in addresses[role]:
        page.goto(address)
        found[address] = violations(page)
    assert {address: said for address, said in found.items() if set(said) - {*DJANGOS}} == {}
