"""A form that is sent twice makes one submission, and one that is refused can be sent again."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from operations import runtime_config
from pipeline import services
from pipeline.models import Submission
from pipeline.refusals import StillRunning

TYPED = {"code": "x = 1\n", "language": "python", "comments": "why?"}
HIDDEN = re.compile('<input type="hidden" name="token" value="([^"]{22})" autocomplete="off"')


def token_in(page: HttpResponse) -> str:
    (token,) = HIDDEN.findall(page.content.decode())
    return str(token)


def send(client: Client, **fields: object) -> HttpResponse:
    return client.post("/submissions/", {**TYPED, **fields})


@pytest.fixture
def token(as_alice: Client) -> str:
    return token_in(as_alice.get("/"))


def test_it_gives_every_form_a_token_of_its_own(as_alice: Client, token: str) -> None:
    assert token_in(as_alice.get("/")) != token
    assert token_in(as_alice.get("/?example=1")) != token


def test_it_goes_to_the_same_submission_when_sent_twice(
    as_alice: Client, alice: User, token: str
) -> None:
    send(as_alice, token=token)
    again = send(as_alice, token=token)
    assertRedirects(again, Submission.objects.get().get_absolute_url())
    assert allowance(alice).used == 1


def test_it_takes_a_file_sent_twice_for_the_same(as_alice: Client, token: str) -> None:
    for _ in range(2):
        send(as_alice, token=token, file=SimpleUploadedFile("a.py", b"from_file = 1\r\n"))
    assert Submission.objects.count() == 1


def test_it_takes_a_form_without_a_token_each_time(as_alice: Client) -> None:
    send(as_alice)
    send(as_alice)
    assert Submission.objects.count() == 2


def test_it_keeps_other_content_sent_with_a_used_token_and_links_what_was_made(
    as_alice: Client, token: str
) -> None:
    send(as_alice, token=token)
    answer = send(as_alice, token=token, code="other = 2\n")
    made = Submission.objects.get().get_absolute_url()
    assertContains(answer, f'<a href="{made}">See the submission made before</a>', status_code=422)
    assertContains(answer, "This form was sent before", status_code=422)
    assertContains(answer, "other = 2", status_code=422)


def test_it_takes_other_content_with_the_token_it_gave_back(as_alice: Client, token: str) -> None:
    send(as_alice, token=token)
    refused = send(as_alice, token=token, code="other = 2\n")
    assert token_in(refused) != token
    send(as_alice, token=token_in(refused), code="other = 2\n")
    assert Submission.objects.count() == 2


def test_it_gives_a_new_token_for_one_that_is_none(as_alice: Client) -> None:
    answer = send(as_alice, token="\0")
    assert answer.status_code == 400
    assert send(as_alice, token=token_in(answer)).status_code == 302


def test_it_gives_a_refused_form_back_with_its_token(as_alice: Client, token: str) -> None:
    refused = send(as_alice, token=token, code="")
    assert (refused.status_code, token_in(refused)) == (422, token)
    assert send(as_alice, token=token).status_code == 302


def test_it_gives_a_visitors_form_back_with_a_token(client: Client, db: None) -> None:
    assert token_in(send(client))


def test_it_gives_the_form_back_while_the_first_one_is_being_stored(
    as_alice: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_: object) -> None:
        raise StillRunning

    monkeypatch.setattr(services, "accept", busy)
    answer = send(as_alice, token=token)
    assertContains(answer, "Another request has to end first", status_code=409)
    assert (answer["Retry-After"], token_in(answer)) == ("1", token)


def test_it_gives_the_form_back_when_the_queue_is_full(as_alice: Client, token: str) -> None:
    runtime_config.change("queue_limit", "1")
    for _ in range(2):
        send(as_alice)
    answer = send(as_alice, token=token, code="keep = 'me'\n")
    assertContains(answer, "Too many submissions are waiting", status_code=503)
    assertContains(answer, "keep = &#x27;me&#x27;", status_code=503)
    assert (answer["Retry-After"], token_in(answer)) == ("30", token)


def test_it_replays_when_the_limit_is_reached(
    as_alice: Client, token: str, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    send(as_alice, token=token)
    assert send(as_alice, token=token).status_code == 302


def test_it_puts_off_what_comes_too_fast_and_keeps_it(
    as_alice: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change("submissions_per_minute", "2")
    send(as_alice, code="")
    send(as_alice)
    file = SimpleUploadedFile("fast.py", b"in_a_file = 1\n")
    answer = send(as_alice, file=file)
    assertContains(answer, "Submissions are limited to 2 a minute", status_code=429)
    assertContains(answer, "in_a_file = 1", status_code=429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert allowance(alice).used == 1


def test_it_counts_each_user_for_himself(
    as_alice: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change("submissions_per_minute", "1")
    send(as_alice)
    as_alice.force_login(bob)
    assertNotContains(send(as_alice, code=""), "a minute", status_code=422)
