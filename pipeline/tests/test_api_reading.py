"""Reading over the JSON API: limit, status, history and result, each of one's own alone."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import LimitOverride
from pipeline.models import JobState, Step, StepResult, Submission
from pipeline.services import submit
from pipeline.tests.api_client import ApiClient, problem_of
from pipeline.tests.page_data import REBUILT, dossier, finish, put, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(alice: User) -> ApiClient:
    return ApiClient(alice)


def test_it_tells_what_is_left_of_the_limit(
    api: ApiClient, submission: Submission, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 3
    left = api.ask("code.getRateLimit").json()
    assert (left["limit"], left["used"], left["remaining"]) == (3, 1, 2)
    assert left["resets_at"].endswith("00:00:00Z")


def test_it_knows_users_without_a_limit(api: ApiClient, alice: User) -> None:
    LimitOverride.objects.create(user=alice, daily_submissions=None)
    left = api.ask("code.getRateLimit").json()
    assert (left["limit"], left["remaining"]) == (None, None)


def test_it_tells_how_a_waiting_job_stands_and_when_to_ask_again(
    api: ApiClient, submission: Submission
) -> None:
    answer = api.ask("code.getJobStatus", id=submission.public_id)
    status = answer.json()
    assert (status["state"], status["ended"], status["attempts"]) == ("queued", False, 0)
    assert [step["done"] for step in status["steps"]] == [False, False, False]
    assert answer["Retry-After"] == "2"


def test_it_tells_which_steps_are_done(api: ApiClient, submission: Submission) -> None:
    store(submission, Step.FORENSIC, dossier())
    put(submission, JobState.RUNNING, current_step=Step.REBUILDER)
    status = api.ask("code.getJobStatus", id=submission.public_id).json()
    assert status["steps"][0] == {"step": "forensic", "done": True, "duration_ms": 340}
    assert status["current_step"] == "rebuilder"


def test_it_asks_nobody_to_come_back_to_an_ended_job(
    api: ApiClient, submission: Submission
) -> None:
    put(submission, JobState.FAILED, user_message="It cannot be read.")
    answer = api.ask("code.getJobStatus", id=submission.public_id)
    assert "Retry-After" not in answer
    assert (answer.json()["ended"], answer.json()["message"]) == (True, "It cannot be read.")


def test_it_gives_the_whole_result(api: ApiClient, submission: Submission) -> None:
    finish(submission)
    result = api.ask("code.getResult", id=submission.public_id).json()
    assert result["code"] == submission.code
    assert result["dossier"]["findings"][0]["cwe"] == 327
    assert result["rebuild"]["code"] == REBUILT
    assert result["verdict"]["confidence"] == "MEDIUM"


def test_it_leaves_open_what_is_not_done_yet(api: ApiClient, submission: Submission) -> None:
    result = api.ask("code.getResult", id=submission.public_id).json()
    assert (result["dossier"], result["rebuild"], result["verdict"]) == (None, None, None)


def test_it_says_that_a_result_of_another_version_cannot_be_read(
    api: ApiClient, submission: Submission
) -> None:
    finish(submission)
    StepResult.objects.filter(step=Step.QUALITY).update(content={"old": True})
    answer = api.ask("code.getResult", id=submission.public_id)
    assert problem_of(answer) == (404, "not-found")


@pytest.mark.parametrize("name", ["code.getJobStatus", "code.getResult"])
def test_it_shows_nobody_what_is_not_his(bob: User, submission: Submission, name: str) -> None:
    api = ApiClient(bob)
    foreign, unknown = (api.ask(name, id=each) for each in (submission.public_id, "no-such-id"))
    assert problem_of(foreign) == problem_of(unknown) == (404, "not-found")
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert problem_of(api.ask(name)) == (422, "invalid-request")


def test_it_lists_ones_own_newest_first(api: ApiClient, alice: User, bob: User) -> None:
    made = [submit(user=alice, code="x", language="python").public_id for _ in range(3)]
    submit(user=bob, code="x", language="python")
    page = api.ask("code.getHistory", page_size=2).json()
    assert [item["id"] for item in page["items"]] == made[:0:-1]
    assert (page["page"], page["page_size"], page["count"]) == (1, 2, 3)
    rest = api.ask("code.getHistory", page_size=2, page=2).json()
    assert [item["id"] for item in rest["items"]] == made[:1]


def test_it_has_an_empty_page_after_the_last(api: ApiClient, submission: Submission) -> None:
    page = api.ask("code.getHistory", page=9).json()
    assert (page["items"], page["count"]) == ([], 1)


@pytest.mark.parametrize("query", [{"page": 0}, {"page_size": 101}, {"page": "x"}])
def test_it_refuses_pages_that_cannot_be(api: ApiClient, query: dict[str, object]) -> None:
    assert problem_of(api.ask("code.getHistory", **query)) == (422, "invalid-request")
