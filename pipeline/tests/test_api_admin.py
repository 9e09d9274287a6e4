"""The administrators' part of the JSON API: who may call it, and that it does what it says."""

from __future__ import annotations

import pytest

from accounts.models import User
from operations.models import AuditEntry
from pipeline.models import DeadLetter, Step, Submission, SystemPrompt
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db

READS = ("getPrompts", "getSubmissions", "getFailedJobs", "getIdempotencyKeys")
WRITES = ("updatePrompt", "seedDefaults", "retryJob", "deleteDeadLetter")


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


@pytest.fixture
def letter(submission: Submission) -> DeadLetter:
    job = submission.current_job
    assert job is not None
    job.state = "dead"
    job.save()
    return DeadLetter.objects.create(
        job=job, error_class="Broken", error_message="It broke.", attempts=3
    )


@pytest.mark.parametrize("name", READS)
def test_it_shows_nothing_to_others(alice: User, name: str) -> None:
    assert problem_of(ApiClient(alice).ask(f"admin.{name}")) == (403, "administrators-only")
    assert problem_of(ApiClient().ask(f"admin.{name}")) == (401, "not-signed-in")


@pytest.mark.parametrize("name", WRITES)
def test_it_lets_others_change_nothing(alice: User, name: str) -> None:
    assert problem_of(ApiClient(alice).call(f"admin.{name}")) == (403, "administrators-only")
    assert problem_of(ApiClient().call(f"admin.{name}")) == (401, "not-signed-in")


@pytest.mark.parametrize("name", WRITES)
def test_it_wants_the_token_of_administrators_too(api: ApiClient, name: str) -> None:
    api.csrf = "wrong"
    assert problem_of(api.call(f"admin.{name}")) == (403, "csrf-failed")


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("bounds", [{"page": 0}, {"page_size": 101}, {"page": 10**9}])
def test_it_checks_the_bounds_of_pages(api: ApiClient, name: str, bounds: dict[str, int]) -> None:
    assert problem_of(api.ask(f"admin.{name}", **bounds)) == (422, "invalid-request")


def test_it_stores_a_prompt_as_a_new_version(api: ApiClient, an_admin: User) -> None:
    saved = api.call("admin.updatePrompt", step="forensic", content=" Look well. ").json()
    row = SystemPrompt.objects.filter(step=Step.FORENSIC).first()
    assert row is not None
    assert (row.pk, row.content, row.created_by) == (saved["id"], "Look well.", an_admin)
    assert AuditEntry.objects.get_for_object(row).get().actor == an_admin
    listed = api.ask("admin.getPrompts", step="forensic").json()["items"]
    assert listed[0] == saved


@pytest.mark.parametrize("sent", [{"step": "forensic", "content": "  "}, {"step": "x"}])
def test_it_refuses_prompts_without_text_or_step(api: ApiClient, sent: dict[str, str]) -> None:
    assert problem_of(api.call("admin.updatePrompt", **sent)) == (422, "invalid-request")


def test_it_gives_the_defaults_back_once(api: ApiClient) -> None:
    api.call("admin.updatePrompt", step="quality", content="Mine.")
    assert "quality: default prompt set" in api.call("admin.seedDefaults").json()["done"]
    assert api.call("admin.seedDefaults").json() == {"done": []}


def test_it_lists_submissions_of_one_user(
    api: ApiClient, submission: Submission, bob: User
) -> None:
    page = api.ask("admin.getSubmissions", user="ALICE@example.com").json()
    assert (page["count"], page["items"][0]["id"]) == (1, submission.public_id)
    assert "code" not in page["items"][0]
    assert api.ask("admin.getSubmissions", user=bob.email).json()["count"] == 0
    assert api.ask("admin.getSubmissions", state="cancelled").json()["count"] == 0


def test_it_retries_a_dead_job_once(api: ApiClient, letter: DeadLetter) -> None:
    assert api.ask("admin.getFailedJobs", retried=False).json()["count"] == 1
    queued = api.call("admin.retryJob", id=letter.pk).json()
    assert queued["state"] == "queued"
    assert api.ask("admin.getFailedJobs").json()["items"][0]["retried_as"] == queued["job"]
    assert problem_of(api.call("admin.retryJob", id=letter.pk)) == (409, "not-possible")


def test_it_deletes_a_dead_letter(api: ApiClient, letter: DeadLetter) -> None:
    assert api.call("admin.deleteDeadLetter", id=letter.pk).status_code == 204
    assert problem_of(api.call("admin.deleteDeadLetter", id=letter.pk)) == (404, "not-found")


@pytest.mark.parametrize("name", ["retryJob", "deleteDeadLetter"])
@pytest.mark.parametrize("number", [0, 2**63])
def test_it_refuses_impossible_ids(api: ApiClient, name: str, number: int) -> None:
    assert problem_of(api.call(f"admin.{name}", id=number)) == (422, "invalid-request")


def test_it_lists_answered_requests_without_their_keys(api: ApiClient, alice: User) -> None:
    theirs = ApiClient(alice)
    theirs.call("code.submit", {"Idempotency-Key": "my-key"}, code="x = 1\n", language="python")
    answer = api.ask("admin.getIdempotencyKeys", user=alice.email)
    assert answer.json()["items"][0]["operation"] == "code.submit"
    assert "my-key" not in answer.content.decode()
