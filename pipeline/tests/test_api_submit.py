"""code.submit over the JSON API: what it takes, what it refuses and how it says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from operations import runtime_config
from pipeline import services
from pipeline.models import IdempotencyKey, Submission
from pipeline.refusals import StillRunning
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "a-key-of-mine"}
BODY = {"code": "x = 1\n", "language": "python", "comments": "why?"}


@pytest.fixture
def api(alice: User) -> ApiClient:
    return ApiClient(alice)


def send(api: ApiClient, headers: dict[str, str] | None = None, **changes: Any) -> HttpResponse:
    return api.call("code.submit", headers, **{**BODY, **changes})


def test_it_stores_what_was_sent(api: ApiClient, alice: User) -> None:
    assert send(api).status_code == 202
    stored = Submission.objects.get()
    assert (stored.user, stored.code, stored.comments) == (alice, "x = 1\n", "why?")


def test_it_answers_with_the_id_and_where_to_ask_on(api: ApiClient) -> None:
    answer = send(api)
    public_id = Submission.objects.get().public_id
    assert answer.json() == {
        "id": public_id,
        "state": "queued",
        "language": "python",
        "filename": "",
    }
    assert api.http.get(answer["Location"]).json()["id"] == public_id


def test_it_reads_the_language_off_the_file_name(api: ApiClient) -> None:
    answer = api.call("code.submit", code="x", filename="a.rb")
    assert (answer.json()["language"], answer.json()["filename"]) == ("ruby", "a.rb")


def test_it_replays_the_stored_answer_word_for_word(api: ApiClient, alice: User) -> None:
    first, again = send(api, KEY), send(api, KEY)
    assert (again.status_code, again.content) == (202, first.content)
    assert again["Location"] == first["Location"]
    assert IdempotencyKey.objects.get().answer == first.json()
    assert (Submission.objects.count(), allowance(alice).used) == (1, 1)


def test_it_says_of_replays_alone_that_they_are_one(api: ApiClient) -> None:
    assert "Idempotency-Replayed" not in send(api, KEY)
    assert send(api, KEY)["Idempotency-Replayed"] == "true"


def test_it_refuses_a_key_for_another_body_and_names_what_was_made(api: ApiClient) -> None:
    first = send(api, KEY)
    answer = send(api, KEY, code="y = 2\n")
    assert problem_of(answer) == (422, "idempotency-key-reused")
    assert answer.json()["submission"] == first.json()["id"]


def test_it_refuses_what_is_no_key(api: ApiClient) -> None:
    for key in ("", "k" * 256, "schl\u00fcssel"):
        answer = send(api, {"Idempotency-Key": key})
        assert problem_of(answer) == (400, "invalid-idempotency-key")
    assert not Submission.objects.exists()


def test_it_says_when_to_ask_again_for_one_in_progress(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(**_: object) -> None:
        raise StillRunning

    monkeypatch.setattr(services, "accept", busy)
    answer = send(api, KEY)
    assert problem_of(answer) == (409, "idempotency-key-in-use")
    assert answer["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"code": ""}, 422, "code"),
        ({"code": "x" * 100_001}, 413, "code"),
        ({"code": "a\0b"}, 422, "code"),
        ({"language": "cobol"}, 422, "language"),
        ({"language": None}, 422, "language"),
        ({"comments": "c" * 5_001}, 422, "comments"),
        ({"filename": "n" * 256}, 422, "filename"),
        ({"sarif": "{}"}, 422, "sarif"),
    ],
)
def test_it_says_which_field_is_wrong(
    api: ApiClient, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = send(api, KEY, **changes)
    assert problem_of(answer) == (status, "invalid-submission")
    assert answer.json()["field"] == field
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    ("changes", "where"),
    [({"code": 5}, "code"), ({"counted": False}, "counted"), ({"filename": ["a"]}, "filename")],
)
def test_it_says_what_does_not_fit_the_schema(
    api: ApiClient, changes: dict[str, Any], where: str
) -> None:
    answer = send(api, **changes)
    assert problem_of(answer) == (422, "invalid-request")
    (error,) = answer.json()["errors"]
    assert error["where"] == f"body.{where}"
    assert set(error) == {"where", "message"}


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "\\ud800", '{"code": "\\ud800"}'])
def test_it_refuses_what_is_no_submission_at_all(api: ApiClient, body: str) -> None:
    answer = api.http.post(
        "/api/v1/code/submit", body, "application/json", headers={"X-CSRFToken": api.csrf}
    )
    assert problem_of(answer)[0] in (400, 422)


def test_it_says_when_the_limit_starts_anew(api: ApiClient, settings: Settings) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 0
    answer = send(api)
    assert problem_of(answer) == (429, "daily-limit-reached")
    assert 0 < int(answer["Retry-After"]) <= 86_400


def test_it_says_when_the_queue_may_be_shorter(api: ApiClient) -> None:
    runtime_config.change("queue_limit", "1")
    send(api), send(api)
    answer = send(api)
    assert problem_of(answer) == (503, "queue-full")
    assert answer["Retry-After"] == "30"


def test_it_slows_down_who_sends_too_fast(
    api: ApiClient, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change("submissions_per_minute", "1")
    send(api, code="")
    answer = send(api)
    assert problem_of(answer) == (429, "too-many-requests")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert allowance(alice).used == 0


def test_it_counts_the_page_and_itself_together(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change("submissions_per_minute", "1")
    send(api)
    api.http.handler.enforce_csrf_checks = False
    assert api.http.post("/submissions/", BODY).status_code == 429
