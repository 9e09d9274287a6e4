"""The id of a request: in every answer of the API, and the same in its problem, log and audit."""

from __future__ import annotations

import logging
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.models import AuditEntry
from operations.problems import problem
from operations.request_ids import HEADER, MOST_CHARACTERS
from pipeline import api_reading
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
MINE = "nightly-2026.11_25"


def test_it_gives_every_answer_an_id_of_its_own(alice: User) -> None:
    caller = ApiClient(alice)
    answers = [
        caller.ask("code.getHistory"),
        caller.ask("code.getHistory", page=0),
        caller.ask("code.getResult", id="unknown"),
        caller.ask("code.submit"),
        caller.ask("code.nothing"),
        Client().get("/api/v1/code/getHistory"),
        Client().get("/api/v1/openapi.json"),
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 404, 405, 404, 401, 200]
    assert len({answer[HEADER] for answer in answers}) == len(answers)


def test_it_says_it_of_what_is_refused_before_anything_is_looked_at(settings: Settings) -> None:
    settings.MAX_REQUEST_BYTES = 10
    answer = Client().post("/api/v1/code/submit", "x" * 20, "application/json")
    assert problem_of(answer) == (413, "too-large")


def test_it_says_it_of_our_own_mistakes(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_request: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(api_reading, "_user", fail)
    caller = ApiClient(alice)
    caller.http.raise_request_exception = False
    assert problem_of(caller.ask("code.getHistory")) == (500, "internal-error")


@pytest.fixture
def proxied(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]


@pytest.mark.usefixtures("proxied")
def test_it_keeps_the_id_that_a_trusted_proxy_gave(client: Client) -> None:
    answer = client.get("/api/v1/code/getHistory", headers={HEADER: MINE})
    assert (answer[HEADER], answer.json()["request_id"]) == (MINE, MINE)


def test_it_lets_nobody_else_choose_one(client: Client) -> None:
    assert client.get("/api/v1/code/getHistory", headers={HEADER: MINE})[HEADER] != MINE


@pytest.mark.usefixtures("proxied")
@pytest.mark.parametrize(
    "wished", ["", "short", "a" * (MOST_CHARACTERS + 1), "two words", "línea-larga", "a\tbcdefgh"]
)
def test_it_takes_no_other_text_for_an_id(client: Client, wished: str) -> None:
    answer = client.get("/api/v1/code/getHistory", headers={HEADER: wished})
    assert answer[HEADER] != wished
    assert len(answer[HEADER]) == 36


def test_it_notes_it_in_the_audit_log(an_admin: User) -> None:
    answer = ApiClient(an_admin).call("admin.updatePrompt", step="quality", content="Be brief.")
    assert AuditEntry.objects.latest("id").cid == answer[HEADER]


def test_it_notes_it_in_every_line_of_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        answer = client.get("/api/v1/code/getHistory")
    lines: list[Any] = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert {line["event"] for line in lines} >= {"request_started", "request_finished"}
    assert {line["request_id"] for line in lines} == {answer[HEADER]}


def test_it_leaves_the_pages_as_they_are(client: Client) -> None:
    assert HEADER not in client.get("/")


def test_it_has_none_outside_of_a_request() -> None:
    assert b"request_id" not in problem("not-found", 404, "There is nothing.").content
