"""While the database is away every page says so, and what was being submitted is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.problems import TYPE

pytestmark = pytest.mark.django_db
GONE = OperationalError(2006, "Server has gone away")
TYPED = {"code": "keep = '<me>'\n", "language": "python", "comments": "mine & yours"}
KEPT = ("keep = &#x27;&lt;me&gt;&#x27;", "mine &amp; yours", '"python" selected')
ADDRESSES = ["/", "/submissions/", "/account/", "/submissions/unknown/", "/admin/", "/metrics"]


@pytest.fixture
def browser(alice: User) -> Client:
    """Signed in and held to the security token, as browsers are."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(alice)
    return browser


@pytest.fixture
def go_away(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def fail(error: Exception = GONE) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(connection, "ensure_connection", refuse)
        monkeypatch.setattr(connection, "cursor", refuse)

    return fail


def token_in(page: HttpResponse, name: str = "csrfmiddlewaretoken") -> str:
    found = re.search(f'name="{name}" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("address", ADDRESSES)
def test_it_says_so_on_every_page(
    browser: Client, go_away: Callable[[], None], settings: Settings, address: str, debug: bool
) -> None:
    settings.DEBUG = debug
    go_away()
    answer = browser.get(address, REMOTE_ADDR="192.0.2.1")
    assertContains(answer, "Back in a moment", status_code=503)
    assert int(answer["Retry-After"]) > 0


def test_it_keeps_what_was_being_submitted(browser: Client, go_away: Callable[[], None]) -> None:
    page = browser.get("/")
    sent = {"csrfmiddlewaretoken": token_in(page), "token": token_in(page, "token")}
    go_away()
    answer = browser.post("/submissions/", {**TYPED, **sent})
    for text in KEPT:
        assertContains(answer, text, status_code=503)
    assert token_in(answer, "token") == sent["token"]


def test_it_takes_the_kept_form_once_the_database_is_back(browser: Client, alice: User) -> None:
    old = token_in(browser.get("/"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", _gone)
        kept = browser.post("/submissions/", {**TYPED, "csrfmiddlewaretoken": old})
    sent = {"csrfmiddlewaretoken": token_in(kept), "token": token_in(kept, "token")}
    assert browser.post("/submissions/", {**TYPED, **sent}).status_code == 302
    assert alice.submissions.get().code == TYPED["code"]


def _gone(*_: object, **__: object) -> None:
    raise GONE


def test_it_keeps_the_text_of_a_file(browser: Client, go_away: Callable[[], None]) -> None:
    token = token_in(browser.get("/"))
    go_away()
    file = SimpleUploadedFile("notes.py", b"in_a_file = 1\n")
    answer = browser.post("/submissions/", {"file": file, "csrfmiddlewaretoken": token})
    assertContains(answer, "in_a_file = 1", status_code=503)
    assertContains(answer, 'value="notes.py"', status_code=503)


def test_it_shows_nothing_that_another_site_sent(
    browser: Client, go_away: Callable[[], None]
) -> None:
    go_away()
    answer = browser.post("/submissions/", TYPED, headers={"origin": "https://evil.example"})
    assertNotContains(answer, "keep =", status_code=503)


@pytest.mark.parametrize("body", ["a=%ff", "x" * 20_000, "&" * 2_000])
def test_it_says_so_to_forms_that_cannot_be_read(
    browser: Client, go_away: Callable[[], None], settings: Settings, body: str
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    go_away()
    answer = browser.generic(
        "POST", "/submissions/", body, "application/x-www-form-urlencoded; charset=utf-8"
    )
    assert answer.status_code == 503


def test_it_keeps_what_a_visitor_sent(client: Client, go_away: Callable[[], None]) -> None:
    go_away()
    assertContains(client.post("/submissions/", TYPED), KEPT[0], status_code=503)


def test_it_keeps_what_a_visitor_sent_with_an_old_form(go_away: Callable[[], None]) -> None:
    """The security token is checked, and found wrong, outside of any view."""
    go_away()
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assertContains(strict.post("/submissions/", TYPED), KEPT[0], status_code=503)


def test_it_has_a_problem_for_programs(browser: Client, go_away: Callable[[], None]) -> None:
    go_away()
    answer = browser.get("/api/v1/code/getHistory")
    assert (answer.status_code, answer.json()["type"]) == (503, f"{TYPE}unavailable")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("error", [OperationalError(1054, "Unknown column"), ValueError("x")])
def test_it_excuses_no_mistake_of_ours(
    browser: Client, go_away: Callable[[Exception], None], error: Exception
) -> None:
    go_away(error)
    assertContains(browser.get("/"), "Our mistake", status_code=500)


def test_it_shows_visitors_what_needs_no_database(
    client: Client, go_away: Callable[[], None]
) -> None:
    go_away()
    assert client.get("/").status_code == 200
