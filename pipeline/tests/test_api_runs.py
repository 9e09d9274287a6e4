"""Runs over the JSON API: again with other models, side by side, cancelled, deleted, reported."""

from __future__ import annotations

import json

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from operations import runtime_config
from pipeline import defaults
from pipeline.models import Job, JobState, Submission
from pipeline.parameters import CHOOSE_MODELS, SUBMISSIONS_PER_MINUTE
from pipeline.tests.api_client import ApiClient, problem_of
from pipeline.tests.page_data import finish
from pipeline.tests.priced import queued, run
from providers.models import ApiProvider, ProviderModel

pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "a-key-of-mine"}
BUILT_IN = {"provider": None, "model": ""}


@pytest.fixture
def api(alice: User) -> ApiClient:
    return ApiClient(alice)


@pytest.fixture
def done(submission: Submission) -> Submission:
    finish(submission)
    return submission


@pytest.fixture
def large(provider: ApiProvider) -> ProviderModel:
    defaults.seed()
    return ProviderModel.objects.create(provider=provider, name="large")


def test_it_tells_what_may_be_chosen(api: ApiClient, large: ProviderModel) -> None:
    told = api.ask("code.getChoices").json()["items"]
    assert told == [
        {**BUILT_IN, "engine": "built-in"},
        {"provider": large.provider_id, "model": "large", "engine": "Fake: large"},
    ]


def test_it_offers_no_model_where_that_is_left_to_administrators(
    api: ApiClient, large: ProviderModel
) -> None:
    runtime_config.change(CHOOSE_MODELS.name, "off")
    runtime_config.forget()
    assert api.ask("code.getChoices").json()["count"] == 1


def test_it_runs_again_with_what_was_chosen(
    api: ApiClient, alice: User, done: Submission, large: ProviderModel
) -> None:
    (offered,) = (each for each in api.ask("code.getChoices").json()["items"] if each["model"])
    chosen = {"provider": offered["provider"], "model": offered["model"]}
    answer = api.call("code.runAgain", id=done.public_id, quality=chosen, forensic=BUILT_IN)
    assert (answer.status_code, answer.json()) == (202, {"id": done.public_id})
    new = Job.objects.latest("pk")
    assert new.chosen is not None
    assert {step: kept["model"] for step, kept in new.chosen.items()} == {
        "quality": "large",
        "forensic": "",
    }
    assert api.http.get(answer["Location"]).json()["state"] == "queued"
    assert allowance(alice).used == 2


def test_it_makes_one_run_of_a_request_that_is_sent_twice(
    api: ApiClient, alice: User, done: Submission
) -> None:
    first, again = (api.call("code.runAgain", KEY, id=done.public_id) for _ in range(2))
    assert (first.content, "Idempotency-Replayed" in first) == (again.content, False)
    assert again["Idempotency-Replayed"] == "true"
    assert (Job.objects.count(), allowance(alice).used) == (2, 2)


def test_it_runs_again_without_a_key_as_often_as_it_is_asked(
    api: ApiClient, done: Submission
) -> None:
    for _ in range(2):
        assert api.call("code.runAgain", id=done.public_id).status_code == 202
        finish(Submission.objects.get())
    assert Job.objects.count() == 3


def test_it_runs_nothing_beside_a_run(api: ApiClient, submission: Submission) -> None:
    answer = api.call("code.runAgain", id=submission.public_id)
    assert problem_of(answer) == (409, "not-possible")
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    "chosen", [{"provider": 999_999, "model": "large"}, {"provider": None, "model": "large"}]
)
def test_it_refuses_what_is_not_offered(
    api: ApiClient, done: Submission, large: ProviderModel, chosen: dict[str, object]
) -> None:
    answer = api.call("code.runAgain", id=done.public_id, quality=chosen)
    assert problem_of(answer) == (422, "invalid-choice")
    assert Job.objects.count() == 1


def test_it_says_that_the_limit_is_reached(
    api: ApiClient, done: Submission, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    answer = api.call("code.runAgain", id=done.public_id)
    assert problem_of(answer) == (429, "daily-limit-reached")
    assert answer["RateLimit"].startswith('"daily";r=0;t=')
    assert Job.objects.count() == 1


def test_it_counts_among_the_submissions_of_a_minute(
    api: ApiClient, done: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_000_000_000.0)
    runtime_config.change(SUBMISSIONS_PER_MINUTE.name, "1")
    runtime_config.forget()  # as at the end of the transaction, which a test has none of
    assert api.call("code.submit", code="x = 1\n", language="python").status_code == 202
    answer = api.call("code.runAgain", id=done.public_id)
    assert problem_of(answer) == (429, "too-many-requests")


def test_it_lists_the_runs_with_what_ran_them_the_newest_first(api: ApiClient, alice: User) -> None:
    first = run(queued(alice))
    made = first.submission.public_id
    api.call("code.runAgain", id=made, quality=BUILT_IN)
    newest, oldest = api.ask("code.getRuns", id=made).json()["items"]
    assert (oldest["number"], oldest["state"], oldest["cost_microdollars"]) == (1, "succeeded", 0)
    assert (oldest["forensic"], oldest["confidence"] is None) == ("built-in", False)
    assert (newest["number"], newest["state"], newest["finished_at"]) == (2, "queued", None)
    assert (newest["forensic"], newest["quality"]) == (None, "built-in")


def test_it_cancels_a_run_and_gives_its_unit_back(
    api: ApiClient, alice: User, submission: Submission
) -> None:
    answer = api.call("code.cancel", id=submission.public_id)
    assert answer.json() == {
        "id": submission.public_id,
        "state": "cancelled",
        "unit_returned": True,
    }
    assert Job.objects.get().state == JobState.CANCELLED
    assert allowance(alice).used == 0


def test_it_cancels_nothing_that_has_ended(api: ApiClient, done: Submission) -> None:
    assert problem_of(api.call("code.cancel", id=done.public_id)) == (409, "not-possible")


def test_it_deletes_for_good(api: ApiClient, done: Submission) -> None:
    assert api.call("code.delete", id=done.public_id).status_code == 204
    assert not Submission.objects.exists()
    assert problem_of(api.call("code.delete", id=done.public_id)) == (404, "not-found")


@pytest.mark.parametrize(
    ("form", "kind", "text"),
    [
        ("markdown", "text/markdown", "One finding fewer."),
        ("json", "application/json", '"Weak hash"'),
        ("sarif", "application/sarif+json", '"2.1.0"'),
    ],
)
def test_it_gives_reports_as_files(
    api: ApiClient, done: Submission, form: str, kind: str, text: str
) -> None:
    answer = api.ask("code.getReport", id=done.public_id, format=form)
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="small.py.')
    assert text in answer.content.decode()


def test_it_reports_on_an_earlier_run(api: ApiClient, done: Submission) -> None:
    api.call("code.runAgain", id=done.public_id)
    asked = {"id": done.public_id, "format": "json"}
    assert problem_of(api.ask("code.getReport", **asked)) == (404, "not-found")
    assert json.loads(api.ask("code.getReport", **asked, run=1).content)
    assert problem_of(api.ask("code.getReport", **asked, run=3)) == (404, "not-found")
