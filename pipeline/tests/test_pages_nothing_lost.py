"""Code that was sent without a session or with an old form comes back, still in the form."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import User
from pipeline.models import Submission

TYPED = {"code": "do_not_lose = '<me>'\n", "language": "python", "comments": "mine & yours"}
KEPT = ("do_not_lose = &#x27;&lt;me&gt;&#x27;", "mine &amp; yours", '"python" selected')


@pytest.fixture
def strict(db: None) -> Client:
    """A client that is held to the security token, as browsers are."""
    return Client(enforce_csrf_checks=True)


def token_in(page: HttpResponse) -> str:
    found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


def assert_kept(page: HttpResponse) -> None:
    for text in KEPT:
        assertContains(page, text, status_code=403)
    assert Submission.objects.count() == 0


def test_it_keeps_what_a_visitor_sent_and_asks_for_the_sign_in(client: Client, db: None) -> None:
    answer = client.post("/submissions/", TYPED)
    assert_kept(answer)
    assertContains(answer, "You are not signed in.", status_code=403)
    assertContains(answer, 'target="_blank" rel="noopener">Sign in', status_code=403)


def test_it_keeps_the_text_and_name_of_a_file(client: Client, db: None) -> None:
    file = SimpleUploadedFile("notes.py", b"in_a_file = 1\n")
    answer = client.post("/submissions/", {"file": file})
    assertContains(answer, "in_a_file = 1", status_code=403)
    assertContains(answer, 'value="notes.py"', status_code=403)


def test_it_says_which_file_it_could_not_keep(client: Client, db: None) -> None:
    answer = client.post("/submissions/", {"file": SimpleUploadedFile("a.py", b"\x7fELF\0")})
    assertContains(answer, "The file is binary", status_code=403)


def test_it_keeps_what_was_sent_with_a_token_from_before_the_sign_in(
    strict: Client, alice: User
) -> None:
    strict.force_login(alice)
    old = token_in(strict.get("/"))
    del strict.cookies["csrftoken"]  # signing in gives a browser another secret
    strict.get("/")
    answer = strict.post("/submissions/", {**TYPED, "csrfmiddlewaretoken": old})
    assert_kept(answer)
    assertContains(answer, "its security token was too old", status_code=403)


def test_it_takes_the_form_that_it_gave_back(strict: Client, alice: User) -> None:
    strict.force_login(alice)
    returned = strict.post("/submissions/", TYPED)
    strict.post("/submissions/", {**TYPED, "csrfmiddlewaretoken": token_in(returned)})
    assert Submission.objects.get().code == TYPED["code"]


def test_it_shows_nothing_that_another_site_sent(strict: Client, alice: User) -> None:
    strict.force_login(alice)
    answer = strict.post("/submissions/", TYPED, headers={"origin": "https://evil.example"})
    assertContains(answer, "The form was too old", status_code=403)
    assertNotContains(answer, "do_not_lose", status_code=403)


def test_it_puts_no_link_above_kept_code_that_would_replace_it(client: Client, db: None) -> None:
    answer = client.post("/submissions/", TYPED)
    assertNotContains(answer, "Load the example", status_code=403)


def test_it_explains_an_old_form_elsewhere(strict: Client) -> None:
    assertContains(strict.post("/sign-out/"), "The form was too old", status_code=403)


def test_it_still_sends_visitors_of_the_history_to_the_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get("/submissions/"), "/sign-in/?next=/submissions/")
