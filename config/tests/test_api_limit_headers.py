"""RateLimit and RateLimit-Policy: what a program is told of its limits, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts import tokens
from accounts.models import ApiToken, User
from billing.limits import allowance
from billing.models import LimitOverride
from operations import runtime_config
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "a-key-of-mine"}
BODY = {"code": "x = 1\n", "language": "python"}
MEMBER = re.compile(r'"([a-z]+)";([qr])=(\d+);([wt])=(\d+)')


@pytest.fixture
def api(alice: User, settings: Settings) -> ApiClient:
    settings.MAX_DAILY_SUBMISSIONS = 3
    return ApiClient(alice)


def told(answer: HttpResponse) -> tuple[str, int, int, int]:
    """The limit's name, how much there is of it, its window, and what is left of it."""
    policy = MEMBER.fullmatch(answer["RateLimit-Policy"])
    left = MEMBER.fullmatch(answer["RateLimit"])
    assert policy and left
    assert policy[1] == left[1]
    assert policy[2] + policy[4] + left[2] + left[4] == "qwrt"
    assert 0 < int(left[5]) <= int(policy[5])
    return policy[1], int(policy[3]), int(policy[5]), int(left[3])


def send(api: ApiClient, headers: dict[str, str] | None = None, **changes: Any) -> HttpResponse:
    return api.call("code.submit", headers, **{**BODY, **changes})


def test_it_tells_what_is_left_after_each_submission(api: ApiClient) -> None:
    assert told(api.ask("code.getRateLimit")) == ("daily", 3, 86_400, 3)
    assert [told(send(api))[3] for _ in range(3)] == [2, 1, 0]
    assert told(api.ask("code.getRateLimit"))[3] == 0


def test_it_says_of_a_refusal_that_nothing_is_left(api: ApiClient) -> None:
    for _ in range(3):
        send(api)
    answer = send(api)
    assert problem_of(answer) == (429, "daily-limit-reached")
    assert told(answer) == ("daily", 3, 86_400, 0)
    assert answer["RateLimit"].endswith(f";t={answer['Retry-After']}")


def test_it_takes_nothing_for_a_replay_and_says_so(api: ApiClient) -> None:
    assert told(send(api, KEY))[3] == 2
    assert told(send(api))[3] == 1
    again = send(api, KEY)
    assert again["Idempotency-Replayed"] == "true"
    assert told(again)[3] == 1


def test_it_names_the_limit_of_a_minute_when_that_is_the_reason(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change("submissions_per_minute", "1")
    send(api)
    answer = send(api)
    assert problem_of(answer) == (429, "too-many-requests")
    assert told(answer) == ("minute", 1, 60, 0)


def test_it_limits_all_calls_of_a_user_together(
    api: ApiClient, alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    settings.API_CALLS_PER_MINUTE = 10
    token = tokens.create(user=alice, name="ci", scope=ApiToken.Scope.READ, days=None)[1].reveal()
    by_token = {"headers": {"Authorization": f"Bearer {token}"}}
    for _ in range(5):
        assert api.ask("code.getHistory").status_code == 200
        assert api.http.get("/api/v1/code/getHistory", **by_token).status_code == 200
    for answer in (api.ask("auth.me"), api.http.get("/api/v1/code/getHistory", **by_token)):
        assert problem_of(answer) == (429, "too-many-requests")
        assert told(answer) == ("minute", 10, 60, 0)
        assert answer["Retry-After"] == answer["RateLimit"].rpartition("=")[2]


def test_it_limits_nobody_by_what_others_call(
    api: ApiClient, bob: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    settings.API_CALLS_PER_MINUTE = 10
    others = ApiClient(bob)
    assert [api.ask("auth.me").status_code for _ in range(11)][-1] == 429
    assert others.ask("code.getHistory").status_code == 200


@pytest.mark.parametrize("second", range(0, 60, 7))
def test_it_takes_what_comes_again_when_it_said(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch, second: int
) -> None:
    runtime_config.change("submissions_per_minute", "1")
    now = 1_000_000_000.0 + second
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: now)
    send(api)
    now += int(send(api)["Retry-After"])
    assert send(api).status_code == 202


def test_it_tells_a_limit_of_ones_own(api: ApiClient, alice: User) -> None:
    LimitOverride.objects.create(user=alice, daily_submissions=0)
    assert told(api.ask("code.getRateLimit")) == ("daily", 0, 86_400, 0)
    assert told(send(api)) == ("daily", 0, 86_400, 0)


def test_it_tells_nothing_where_there_is_no_limit(api: ApiClient, alice: User) -> None:
    LimitOverride.objects.create(user=alice, daily_submissions=None)
    for answer in (api.ask("code.getRateLimit"), send(api)):
        assert "RateLimit" not in answer
        assert "RateLimit-Policy" not in answer


@pytest.mark.parametrize("name", ["code.getHistory", "auth.me"])
def test_it_tells_nothing_where_nothing_is_taken(api: ApiClient, name: str) -> None:
    assert "RateLimit" not in api.ask(name)


def test_it_tells_nothing_of_what_is_refused_for_itself(api: ApiClient) -> None:
    assert "RateLimit" not in send(api, code="")


def test_it_knows_what_is_left_by_one_query(api: ApiClient, alice: User) -> None:
    send(api)
    with CaptureQueriesContext(connection) as queries:
        left = allowance(alice)
    assert len(queries) == 1
    assert (left.limit, left.used, left.remaining) == (3, 1, 2)


def test_it_asks_nothing_more_for_a_refusal(api: ApiClient) -> None:
    for _ in range(3):
        send(api)
    with CaptureQueriesContext(connection) as queries:
        send(api)
    asked = [query["sql"] for query in queries if "user_rate_overrides" in query["sql"]]
    assert len(asked) == 1  # the one that refuses
