"""Handing in over HTTP: what is stored, and that whatever is refused comes back with its reason."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from pipeline.models import Submission


def send(client: Client, **fields: object) -> HttpResponse:
    return client.post("/submissions/", {"language": "python", **fields})


def upload(content: bytes, name: str = "sent.py") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_it_stores_pasted_code_and_goes_to_its_page(as_alice: Client, alice: User) -> None:
    answer = send(as_alice, code="x = 1\n", comments="why?")
    stored = Submission.objects.get()
    assertRedirects(answer, f"/submissions/{stored.public_id}/")
    assert (stored.user, stored.code, stored.comments) == (alice, "x = 1\n", "why?")


def test_it_undoes_the_line_ends_of_browsers_in_pasted_code(as_alice: Client) -> None:
    send(as_alice, code="  x = 1\r\ny = 2\r\n")
    assert Submission.objects.get().code == "  x = 1\ny = 2\n"


def test_it_undoes_them_in_comments_before_it_counts_characters(as_alice: Client) -> None:
    send(as_alice, code="x = 1\n", comments="a" * 4_998 + "\r\nb")
    stored = Submission.objects.get()
    assert stored.comments.endswith("a\nb")
    assertNotContains(as_alice.get(stored.get_absolute_url()), "U+000D")


def test_it_keeps_an_uploaded_file_character_for_character(as_alice: Client) -> None:
    send(as_alice, file=upload("x = 'é'\r\ny = 2\r\n\r\n".encode()), language="")
    stored = Submission.objects.get()
    assert stored.code == "x = 'é'\r\ny = 2\r\n\r\n"
    assert (stored.filename, stored.language) == ("sent.py", "python")


def test_it_takes_the_file_when_both_are_sent(as_alice: Client) -> None:
    send(as_alice, code="pasted", file=upload(b"from_file = 1\n"))
    assert Submission.objects.get().code == "from_file = 1\n"


def test_it_keeps_characters_that_cannot_be_seen(as_alice: Client) -> None:
    send(as_alice, code="x = '\u202e\u200b'\n")
    assert Submission.objects.get().code == "x = '\u202e\u200b'\n"


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"code": ""}, 422, "There is no code yet"),
        ({"code": " \n\t\n"}, 422, "There is no code yet"),
        ({"file": upload(b"")}, 422, "There is no code yet"),
        ({"code": "x" * 100_001}, 413, "100,001 bytes long; 100,000 are allowed"),
        ({"code": "é" * 50_001}, 413, "100,002 bytes long"),
        ({"file": upload(b"x" * 100_001)}, 413, "100,001 bytes long"),
        ({"code": "x = '\0'"}, 422, "Null characters"),
        ({"file": upload(b"\x7fELF\0\0")}, 422, "The file is binary"),
        ({"file": upload(b"a = 1\nx = '\xff'")}, 422, "not UTF-8 text (line 2)"),
        ({"file": upload("x = 1".encode("utf-16"))}, 422, "The file is UTF-16"),
        ({"code": "x", "language": "cobol"}, 422, "This language is not one we know"),
        ({"code": "x", "language": ""}, 422, "The language cannot be told"),
        ({"code": "x", "comments": "c" * 5_001}, 422, "at most 5000 characters"),
    ],
)
def test_it_says_why_it_refuses_and_takes_nothing(
    as_alice: Client, alice: User, fields: dict[str, object], status: int, reason: str
) -> None:
    if isinstance(fields.get("file"), SimpleUploadedFile):
        fields["file"].seek(0)  # type: ignore[attr-defined]
    answer = send(as_alice, **fields)
    assertContains(answer, reason, status_code=status)
    assert (Submission.objects.count(), allowance(alice).used) == (0, 0)


def test_it_gives_back_everything_typed_when_it_refuses(as_alice: Client) -> None:
    answer = send(as_alice, code="a <b>\n", language="cobol", comments="mine & yours")
    assertContains(answer, "a &lt;b&gt;", status_code=422)
    assertContains(answer, "mine &amp; yours", status_code=422)


def test_it_keeps_the_name_given_to_pasted_code_and_tells_the_language_by_it(
    as_alice: Client,
) -> None:
    send(as_alice, code="x = 1\n", filename="jobs/nightly.rb", language="")
    stored = Submission.objects.get()
    assert (stored.title, stored.language) == ("nightly.rb", "ruby")


def test_it_calls_a_file_by_its_own_name(as_alice: Client) -> None:
    send(as_alice, file=upload(b"x = 1\n", "own.py"), filename="other.py")
    assert Submission.objects.get().filename == "own.py"


def test_it_gives_back_the_text_of_a_refused_file(as_alice: Client) -> None:
    answer = send(as_alice, file=upload(b"let_me_not_be_lost = 1\n", "notes.txt"), language="")
    assertContains(answer, "let_me_not_be_lost", status_code=422)
    assertContains(answer, 'value="notes.txt"', status_code=422)


def test_it_says_when_to_come_back_once_the_limit_is_reached(
    as_alice: Client, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    send(as_alice, code="first = 1")
    answer = send(as_alice, code="second = 2")
    assertContains(answer, "Your daily limit of 1 is reached", status_code=429)
    assertContains(answer, "second = 2", status_code=429)
    assert 0 < int(answer["Retry-After"]) <= 86_400


def test_it_answers_413_to_a_form_beyond_all_bounds(as_alice: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    answer = send(as_alice, code="x" * 20_000)
    assertContains(answer, "Too large", status_code=413)


def test_it_shows_a_refused_form_as_the_start_page(as_alice: Client) -> None:
    answer = send(as_alice, code="")
    assertContains(answer, '<a href="/" aria-current="page">Submit</a>', status_code=422)
