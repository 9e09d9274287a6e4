"""A call's outcome is written together with what came of its answer, or the loss of it is known."""

from __future__ import annotations

import pytest

from accounts.models import User
from pipeline import defaults, routing, runner, transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import DeadLetter, Job, JobState, ModelConfig, Step
from pipeline.services import submit
from pipeline.steps import model_rebuild
from providers.models import ApiProvider, ProviderCall, ProviderModel

pytestmark = pytest.mark.django_db
INTENT, SUCCEEDED = ProviderCall.State.INTENT, ProviderCall.State.SUCCEEDED


class Killed(BaseException):
    """What no code of the product may catch, as with SIGKILL."""


@pytest.fixture
def job(alice: User, provider: ApiProvider) -> Job:
    """A job of which a model runs one step."""
    defaults.seed()
    model = ProviderModel.objects.create(provider=provider, name="good")
    ModelConfig.objects.filter(step=Step.REBUILDER).update(provider=provider, model=model)
    routing.forget_routes()
    submission = submit(user=alice, code="x = 1\n", language="python")
    assert submission.current_job is not None
    return submission.current_job


def fail_to_store(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let what a model answered meet the error when it is to be stored."""
    real = transitions.store_result

    def store(lease: transitions.Lease, result: object, **named: object) -> None:
        if ProviderCall.objects.exists():
            raise error
        real(lease, result, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(transitions, "store_result", store)


def test_it_is_not_known_when_the_worker_dies_before_the_answer_is_kept(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_store(monkeypatch, Killed())
    with pytest.raises(Killed):
        runner.run_job(job.pk, Heartbeat())
    assert ProviderCall.objects.get().state == INTENT


def test_it_is_known_when_the_answer_is_kept(job: Job) -> None:
    runner.run_job(job.pk, Heartbeat())
    assert ProviderCall.objects.get().state == SUCCEEDED
    assert job.results.filter(step=Step.REBUILDER).exists()


def test_it_is_known_of_an_answer_that_came_too_late(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_store(monkeypatch, transitions.LeaseLost())
    runner.run_job(job.pk, Heartbeat())
    assert ProviderCall.objects.get().state == SUCCEEDED
    assert not job.results.filter(step=Step.REBUILDER).exists()


def test_it_is_known_of_an_answer_that_could_not_be_used(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.JOB_MAX_RETRIES", 1)
    monkeypatch.setattr(model_rebuild, "extract_code", lambda *_: None)
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert [entry["state"] for entry in DeadLetter.objects.get().trace] == [SUCCEEDED]
