"""Rebuilt code goes back to its model with what failed; the best answer by the ledger wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from operations import runtime_config
from pipeline import drafts, reconciliation, runner
from pipeline.analysis.types import Rebuild
from pipeline.heartbeat import Heartbeat
from pipeline.leases import LeaseLost
from pipeline.models import Job, JobState, Step, StepDraft
from pipeline.parameters import REPAIR_CANDIDATES, REPAIR_MAX_ROUNDS
from pipeline.services import submit
from pipeline.tests.test_model_runs import CODE, prompts, result, route, run  # noqa: F401 - fixture
from providers.models import ApiProvider, ProviderCall
from providers.tests.fake_vendor import FakeVendor

pytestmark = pytest.mark.django_db

LEARNING, STUBBORN = "learning", "hostile"


@pytest.fixture
def job(alice: User) -> Job:
    submission = submit(user=alice, code=CODE, language="python", filename="hello.py")
    assert submission.current_job is not None
    return submission.current_job


def rebuilt(job: Job) -> Rebuild:
    return Rebuild.model_validate(result(job, Step.REBUILDER).content)


def calls(job: Job) -> int:
    return ProviderCall.objects.filter(job_id=job.pk, step=Step.REBUILDER).count()


def allow(parameter: str, value: int) -> None:
    runtime_config.change(parameter, str(value))
    runtime_config.forget()  # as the commit does


def test_it_keeps_the_answer_that_no_longer_fails(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    assert run(job).state == JobState.SUCCEEDED
    first, second = rebuilt(job).rounds
    assert (first.kept, second.kept) == (False, True)
    assert first.failed and not second.failed
    assert "os.system(input())" not in rebuilt(job).code


def test_it_tells_the_model_what_failed(
    job: Job, provider: ApiProvider, vendor: FakeVendor, asked: list[str]
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    run(job)
    first, second = asked
    assert "FAILED CHECKS" not in first
    assert "FAILED CHECKS" in second and "os.system(input())" in second


def test_it_asks_once_when_nothing_fails(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider, "good")
    run(job)
    assert calls(job) == 1
    assert StepDraft.objects.count() == 0


def test_it_stops_when_the_model_makes_nothing_better(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider, STUBBORN)
    run(job)
    assert calls(job) == 2


def test_it_shows_the_original_when_the_best_answer_is_worse(
    job: Job, provider: ApiProvider
) -> None:
    route(Step.REBUILDER, provider, STUBBORN)
    assert run(job).state == JobState.SUCCEEDED
    kept = rebuilt(job)
    assert kept.code == CODE
    assert "os.system" in kept.rejected
    assert "worse than the original" in kept.note
    assert not any(one.kept for one in kept.rounds)


def test_an_administrator_can_turn_rounds_off(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    allow(REPAIR_MAX_ROUNDS.name, 0)
    run(job)
    assert calls(job) == 1


def test_it_asks_for_as_many_candidates_as_are_wanted_before_it_goes_back(
    job: Job, provider: ApiProvider, asked: list[str]
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    allow(REPAIR_CANDIDATES.name, 3)
    run(job)
    assert ["FAILED CHECKS" in question for question in asked] == [False, False, False, True]


def test_the_step_bears_the_tokens_cost_and_trace_of_all_its_calls(
    job: Job, provider: ApiProvider
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    run(job)
    made = ProviderCall.objects.filter(job_id=job.pk, step=Step.REBUILDER)
    stored = result(job, Step.REBUILDER)
    assert stored.output_tokens == sum(call.output_tokens or 0 for call in made)
    assert {entry["call_id"] for entry in stored.trace} == {str(call.call_id) for call in made}


def test_a_lost_worker_pays_for_no_answer_twice(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    with monkeypatch.context() as patch:
        patch.setattr(drafts.Drafts, "keep", keep_and_vanish(drafts.Drafts.keep))
        runner.run_job(job.pk, Heartbeat())
    assert StepDraft.objects.filter(job=job).count() == 1
    back_in_the_queue(job)
    assert run(job).state == JobState.SUCCEEDED
    assert calls(job) == 2
    assert len(rebuilt(job).rounds) == 2


def test_the_drafts_go_with_the_result(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    run(job)
    assert StepDraft.objects.count() == 0


def test_no_outcome_of_a_kept_answer_is_lost_with_the_worker(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    with monkeypatch.context() as patch:
        patch.setattr(drafts.Drafts, "keep", keep_and_vanish(drafts.Drafts.keep))
        runner.run_job(job.pk, Heartbeat())
    call = ProviderCall.objects.get(job_id=job.pk, step=Step.REBUILDER)
    assert call.state == ProviderCall.State.SUCCEEDED


def test_a_failing_second_call_leaves_the_first_answer_standing(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.steps import rounds

    route(Step.REBUILDER, provider, LEARNING)
    honest, made = rounds.ask, []

    def once(*arguments: Any) -> Any:
        made.append(arguments)
        if len(made) > 1:
            raise rounds.StepFailed("server", "away", user_message="Away.", retryable=True)
        return honest(*arguments)

    monkeypatch.setattr(rounds, "ask", once)
    assert run(job).state == JobState.SUCCEEDED
    assert len(made) == 2
    assert len(rebuilt(job).rounds) == 1


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question that the rebuilder step puts to a model."""
    from pipeline.steps import rounds

    questions: list[str] = []
    honest = rounds.ask

    def noted(assignment: Any, question: str, *rest: Any) -> Any:
        questions.append(question)
        return honest(assignment, question, *rest)

    monkeypatch.setattr(rounds, "ask", noted)
    return questions


def keep_and_vanish(keep: Callable[..., None]) -> Callable[..., None]:
    def kept(self: drafts.Drafts, output: Any) -> None:
        keep(self, output)
        raise LeaseLost("the worker is gone")

    return kept


def back_in_the_queue(job: Job) -> None:
    """As the sweep does once the lease of a vanished worker has run out."""
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, lease_owner="")


def test_usage_agrees_with_results_that_go_on_after_a_lost_worker(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    route(Step.REBUILDER, provider, LEARNING)
    with monkeypatch.context() as patch:
        patch.setattr(drafts.Drafts, "keep", keep_and_vanish(drafts.Drafts.keep))
        runner.run_job(job.pk, Heartbeat())
    back_in_the_queue(job)
    run(job)
    found = reconciliation.reconcile(reconciliation.recent_days())
    assert found.differences == []


def test_an_unusable_second_answer_is_paid_for_and_counts_for_nothing(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.steps import model_rebuild, rounds

    honest, read = model_rebuild.rebuild_from, []

    def once(text: str, original: str) -> Rebuild:
        read.append(text)
        if len(read) > 1:
            raise rounds.StepFailed("no-code", "", user_message="No code.", retryable=True)
        return honest(text, original)

    route(Step.REBUILDER, provider, LEARNING)
    monkeypatch.setattr(model_rebuild, "rebuild_from", once)
    assert run(job).state == JobState.SUCCEEDED
    assert len(rebuilt(job).rounds) == 1
    assert len(result(job, Step.REBUILDER).trace) == calls(job) == 2
    assert reconciliation.reconcile(reconciliation.recent_days()).differences == []
