"""code.getHistory: of one's own submissions those that were asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import User
from pipeline.models import JobState, Submission
from pipeline.services import submit
from pipeline.tests.api_client import ApiClient, problem_of
from pipeline.tests.page_data import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(alice: User) -> ApiClient:
    return ApiClient(alice)


def sent(user: User, language: str = "python", day: int = 1) -> Submission:
    made = submit(user=user, code="x", language=language, counted=False)
    moment = datetime(2026, 3, day, 23, 59, 59, tzinfo=UTC)
    Submission.objects.filter(pk=made.pk).update(created_at=moment)
    return made


def found(api: ApiClient, **query: object) -> list[str]:
    page = api.ask("code.getHistory", **query).json()
    assert page["count"] == len(page["items"])
    return [item["id"] for item in page["items"]]


def test_it_finds_by_state(api: ApiClient, alice: User) -> None:
    ended, waiting = sent(alice), sent(alice)
    put(ended, JobState.DEAD)
    assert found(api, state="dead") == [ended.public_id]
    assert found(api, state="queued") == [waiting.public_id]
    assert found(api, state="failed") == []


def test_it_finds_by_language(api: ApiClient, alice: User) -> None:
    sent(alice)
    go = sent(alice, "go")
    assert found(api, language="go") == [go.public_id]


def test_it_finds_by_days_and_counts_both(api: ApiClient, alice: User) -> None:
    first, second, third = (sent(alice, day=day).public_id for day in (1, 2, 3))
    assert found(api, since="2026-03-02") == [third, second]
    assert found(api, until="2026-03-02") == [second, first]
    assert found(api, since="2026-03-02", until="2026-03-02") == [second]
    assert found(api, since="2026-03-03", until="2026-03-01") == []


def test_it_finds_by_all_of_it_together(api: ApiClient, alice: User) -> None:
    sent(alice, "go", 1), sent(alice, "python", 2)
    wanted = sent(alice, "go", 2)
    query = {"state": "queued", "language": "go", "since": "2026-03-02", "until": "2026-03-02"}
    assert found(api, **query) == [wanted.public_id]


def test_it_finds_nothing_of_others(api: ApiClient, bob: User) -> None:
    sent(bob, "go")
    assert found(api, language="go", state="queued") == []


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "3000-01-01", "9999-12-31"])
def test_it_takes_any_day_there_is(api: ApiClient, alice: User, day: str) -> None:
    everything = [sent(alice).public_id]
    assert found(api, since=day) == (everything if day < "2000" else [])
    assert found(api, until=day) == ([] if day < "2000" else everything)


@pytest.mark.parametrize(
    "query",
    [
        {"state": "waiting"},
        {"language": "cobol"},
        {"language": "Go"},
        {"since": "yesterday"},
        {"since": "0"},
        {"until": "2026-02-30"},
        {"until": "2026-03-01T00:00:00"},
    ],
)
def test_it_says_what_cannot_be_looked_for(api: ApiClient, query: dict[str, object]) -> None:
    assert problem_of(api.ask("code.getHistory", **query)) == (422, "invalid-request")
