"""Bodies that nobody well-meaning sends: each is refused by name, and none is a server error."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from config.tests.client_server import token_of
from pipeline.models import Submission
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
GOOD = b'{"code": "x = 1", "language": "python"}'


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


def post(
    api: ApiClient, body: bytes, kind: str = "application/json", to: str = "code/submit"
) -> HttpResponse:
    return api.http.post(f"/api/v1/{to}", body, kind, headers={"X-CSRFToken": api.csrf})


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_it_takes_json_that_is_declared_as_json(api: ApiClient, kind: str) -> None:
    assert post(api, GOOD, kind).status_code == 202


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml", "x"]
)
def test_it_takes_nothing_that_is_declared_as_something_else(api: ApiClient, kind: str) -> None:
    assert problem_of(post(api, GOOD, kind)) == (415, "wrong-content-type")
    assert not Submission.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_it_asks_for_the_length_of_a_body_in_parts(api: ApiClient, kind: str) -> None:
    in_parts = {"X-CSRFToken": api.csrf, "Transfer-Encoding": "chunked"}
    answer = api.http.generic("POST", "/api/v1/code/submit", b"", kind, headers=in_parts)
    assert problem_of(answer) == (411, "length-required")
    assert api.http.get("/api/v1/code/getHistory", headers=in_parts).status_code == 200


FORMS = [
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded; charset=utf-7",
]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("kind", FORMS)
def test_it_takes_no_form_from_a_session(
    api: ApiClient, kind: str, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    form = b'--x\r\nContent-Disposition: form-data; name="code"\r\n\r\nx = 1\r\n--x--\r\n'
    assert problem_of(post(api, form, kind)) == (415, "wrong-content-type")


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("kind", FORMS)
def test_it_takes_no_form_under_a_token(
    alice: User, kind: str, settings: Settings, debug: bool
) -> None:
    settings.DEBUG = debug
    headers = {"Authorization": f"Bearer {token_of(alice)}"}
    answer = Client().post("/api/v1/code/submit", GOOD, kind, headers=headers)
    assert problem_of(answer) == (415, "wrong-content-type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"id": ' + b"9" * 5_000 + b"}",
        b'{"id": NaN}',
        b'{"id": Infinity}',
    ],
)
def test_it_cannot_read_what_is_no_json(api: ApiClient, body: bytes) -> None:
    answer = post(api, body, to="admin/retryJob")
    assert problem_of(answer) == (400, "unreadable-body")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"id": 1 2}', "line 1 column 10"),
        (b'{"id": "\xe9"}', "not UTF-8"),
        (b"[" * 100_000, "too deeply"),
        (b'{"id": NaN}', "a number that JSON does not know"),
        (b'{"id": ' + b"9" * 5_000 + b"}", "a far too long one"),
    ],
)
def test_it_says_why_it_cannot_read_a_body(api: ApiClient, body: bytes, said: str) -> None:
    detail = post(api, body, to="admin/retryJob").json()["detail"]
    assert said in detail
    assert "Python" not in detail and "sys." not in detail


@pytest.mark.parametrize(
    ("to", "body", "where", "said"),
    [
        ("code/submit", b"[]", "body", "A JSON object is needed."),
        (
            "admin/updateModel",
            b'{"step": "forensic", "fallbacks": [1]}',
            "body.fallbacks.0",
            "A JSON object is needed.",
        ),
        ("admin/retryJob", b'{"id": "1"}', "body.id", "A whole number is needed."),
        (
            "admin/updateRuntimeConfig",
            b'{"name": "x", "value": "1"}',
            "body.value",
            "A whole number is needed.",
        ),
    ],
)
def test_it_names_what_does_not_fit_in_no_words_of_its_code(
    api: ApiClient, to: str, body: bytes, where: str, said: str
) -> None:
    assert {"where": where, "message": said} in post(api, body, to=to).json()["errors"]


@pytest.mark.parametrize(
    "value",
    ["0", "-1", "true", '"1"', "1.5", "1e400", "null", "[1]", "{}", str(2**63), str(10**30)],
)
def test_it_takes_whole_numbers_alone_for_ids(api: ApiClient, value: str) -> None:
    answer = post(api, f'{{"id": {value}}}'.encode(), to="admin/retryJob")
    assert problem_of(answer) == (422, "invalid-request")


@pytest.mark.parametrize("value", ["1", "1.0", str(2**63 - 1)])
def test_it_looks_for_what_may_be_an_id(api: ApiClient, value: str) -> None:
    answer = post(api, f'{{"id": {value}}}'.encode(), to="admin/retryJob")
    assert problem_of(answer) == (404, "not-found")


@pytest.mark.parametrize("value", ["1", "0", '"yes"', '"true"', "null"])
def test_it_takes_truths_alone_for_truths(api: ApiClient, value: str) -> None:
    answer = post(api, f'{{"id": 1, "enabled": {value}}}'.encode(), to="admin/toggleProvider")
    assert problem_of(answer) == (422, "invalid-request")


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "\\udfff\\ud800"])
def test_it_takes_no_half_characters_and_no_nul_in_code(api: ApiClient, text: str) -> None:
    answer = post(api, f'{{"code": "{text}", "language": "python"}}'.encode())
    assert answer.status_code == 422


@pytest.mark.parametrize("text", ["%00", "%ff", "%ed%a0%80", "%F0%9F%98%80", "a" * 64])
def test_it_looks_for_any_text_that_may_be_an_id(api: ApiClient, text: str) -> None:
    answer = api.http.get(f"/api/v1/code/getResult?id={text}")
    assert problem_of(answer) == (404, "not-found")
