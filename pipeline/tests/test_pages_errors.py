"""Error pages say what happened and what to do, and show nothing of the machine."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects, assertTemplateUsed
from pytest_django.fixtures import Settings

from pipeline.models import Submission
from pipeline.tests.page_data import finish

PAGES = ["400", "403", "403_csrf", "404", "405", "413", "429", "500", "503"]


@pytest.mark.parametrize("name", PAGES)
def test_it_renders_without_any_context(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "To the start page" in page
    assert "<h1>" in page


def test_it_shows_the_404_page(client: Client, db: None) -> None:
    assertContains(client.get("/no/such/page"), "Nothing here", status_code=404)


def test_it_shows_its_own_pages_to_developers_too(as_alice: Client, settings: Settings) -> None:
    settings.DEBUG = True
    for address in ("/no/such/page", "/submissions/AAAAAAAAAAAAAAAAAAAAAA/"):
        answer = as_alice.get(address)
        assertContains(answer, "Nothing here", status_code=404)
        assertContains(answer, "Sign out", status_code=404)


def test_it_explains_an_address_that_only_takes_forms(as_alice: Client) -> None:
    answer = as_alice.get("/account/tokens/create")
    assertContains(answer, "press it once more", status_code=405)
    assert answer["Allow"] == "POST"


@pytest.mark.parametrize("limit", ["DATA_UPLOAD_MAX_MEMORY_SIZE", "MAX_REQUEST_BYTES"])
def test_it_shows_developers_its_own_413_page(
    as_alice: Client, settings: Settings, limit: str
) -> None:
    settings.DEBUG = True
    setattr(settings, limit, 10_000)
    answer = as_alice.post("/submissions/", {"code": "x" * 20_000})
    assertContains(answer, "Too large", status_code=413)


def test_it_leaves_djangos_page_for_mistakes_in_the_code_to_developers(
    as_alice: Client,
    submission: Submission,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DEBUG = True
    as_alice.raise_request_exception = False
    monkeypatch.setattr("pipeline.views.history.rows_of", lambda *_: 1 / 0)
    finish(submission)
    assertContains(as_alice.get("/submissions/"), "ZeroDivisionError", status_code=500)


def test_it_still_adds_a_forgotten_slash(as_alice: Client, settings: Settings) -> None:
    settings.DEBUG = True
    assertRedirects(as_alice.get("/account"), "/account/", status_code=301)


def test_it_does_not_need_the_database_for_the_500_page() -> None:
    assert "Our mistake" in render_to_string("500.html")


def test_it_refuses_users_the_admin_with_a_reason(as_alice: Client) -> None:
    answer = as_alice.get("/admin/", follow=True)
    assertContains(answer, "open to administrators only", status_code=403)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data"]
)
def test_it_answers_400_to_a_form_that_cannot_be_read(
    as_alice: Client, settings: Settings, content_type: str, debug: bool
) -> None:
    settings.DEBUG = debug
    answer = as_alice.post("/submissions/", b"code=x", content_type=content_type)
    assert answer.status_code == 400
    assertTemplateUsed(answer, "400.html")
