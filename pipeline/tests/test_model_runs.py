"""A submission run by models: from the route set in the console to stored results, or a clear end.

The models are served by the pretend vendor, a real HTTP server.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from pipeline import defaults, growing, routing, runner, transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import (
    GrowingAnswer,
    Job,
    JobState,
    ModelConfig,
    Step,
    StepResult,
    Submission,
)
from pipeline.services import submit
from pipeline.steps import Assignment, StepOutput
from providers.fake.faults import KINDS
from providers.models import ApiProvider, ProviderCall, ProviderModel
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor, running_fake_vendor

pytestmark = pytest.mark.django_db

MakeProvider = Callable[..., ApiProvider]
CODE = (
    '"""Says hello."""\n\nimport hashlib\nimport subprocess\n\n\ndef run(name):\n'
    "    subprocess.call('ls ' + name, shell=True)\n"
    "    return hashlib.md5(name.encode()).hexdigest()\n"
)


def route(step: Step, provider: ApiProvider, model: str = "fake-large") -> ModelConfig:
    """Point a step at a model, as an administrator does."""
    chosen, _ = ProviderModel.objects.get_or_create(provider=provider, name=model)
    config, _ = ModelConfig.objects.update_or_create(
        step=step, defaults={"provider": provider, "model": chosen}
    )
    routing.forget_routes()
    return config


@pytest.fixture(autouse=True)
def prompts(db: None) -> None:
    defaults.seed()


@pytest.fixture
def job(alice: User) -> Job:
    submission = submit(user=alice, code=CODE, language="python", filename="hello.py")
    assert submission.current_job is not None
    return submission.current_job


def run(job: Job) -> Job:
    runner.run_job(job.pk, Heartbeat())
    job.refresh_from_db()
    return job


def result(job: Job, step: Step) -> StepResult:
    return StepResult.objects.get(job=job, step=step)


def test_it_runs_all_three_steps_on_a_model(job: Job, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider)
    assert run(job).state == JobState.SUCCEEDED
    assert {r.engine for r in job.results.all()} == {f"{provider.name}: fake-large"}


def test_it_runs_each_step_on_a_provider_of_its_own(job: Job, make_provider: MakeProvider) -> None:
    for step in Step:
        route(step, make_provider(name=f"Vendor of {step}"))
    assert run(job).state == JobState.SUCCEEDED
    assert [r.engine.split(":")[0] for r in job.results.all()] == [
        "Vendor of forensic",
        "Vendor of rebuilder",
        "Vendor of quality",
    ]


def test_it_mixes_models_and_the_built_in_engine(job: Job, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    assert run(job).state == JobState.SUCCEEDED
    engines = [r.engine for r in job.results.all()]
    assert engines == ["built-in", f"{provider.name}: fake-large", "built-in"]


def test_it_keeps_tokens_trace_and_prompt_of_each_model_step(
    job: Job, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider)
    run(job)
    stored = result(job, Step.FORENSIC)
    call = ProviderCall.objects.get(job_id=job.pk)
    assert (stored.input_tokens or 0) > 0 and (stored.output_tokens or 0) > 0
    assert [entry["call_id"] for entry in stored.trace] == [str(call.call_id)]
    assert stored.prompt is not None and stored.prompt.step == Step.FORENSIC


def test_it_calls_a_model_once_for_a_step(
    job: Job, provider: ApiProvider, vendor: FakeVendor
) -> None:
    for step in Step:
        route(step, provider)
    run(job)
    calls = ProviderCall.objects.filter(job_id=job.pk)
    assert calls.count() == 3
    assert all(len(vendor.calls_with(call.call_id)) == 1 for call in calls)


def test_it_names_scanner_and_model_as_sources_of_the_same_finding(
    job: Job, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider)
    run(job)
    sources = [set(f["sources"]) for f in result(job, Step.FORENSIC).content["findings"]]
    assert any({"bandit", "model"} <= each for each in sources)


def test_it_uses_the_default_model_where_a_step_names_none(
    job: Job, provider: ApiProvider, settings: Settings
) -> None:
    settings.DEFAULT_LLM_MODEL = "fake-small"
    ModelConfig.objects.filter(step=Step.FORENSIC).update(provider=provider)
    run(job)
    assert result(job, Step.FORENSIC).engine == f"{provider.name}: fake-small"


def test_it_is_never_highly_confident_of_a_models_code(job: Job, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider)
    run(job)
    assert result(job, Step.QUALITY).content["confidence"] in ("LOW", "MEDIUM")


@pytest.mark.parametrize("quality", ["mediocre", "hostile"])
def test_it_ends_well_with_models_that_answer_badly(
    quality: str, job: Job, make_provider: MakeProvider, settings: Settings
) -> None:
    with running_fake_vendor("--quality", quality) as vendor:
        settings.PROVIDER_ALLOWED_HOSTS = [vendor.host]
        provider = make_provider(base_url=vendor.base_url)
        for step in Step:
            route(step, provider)
        run(job)
    assert job.state in (JobState.SUCCEEDED, JobState.QUEUED)
    verdict = StepResult.objects.filter(job=job, step=Step.QUALITY).first()
    assert verdict is None or verdict.content["confidence"] != "HIGH"


SLOW_FAULTS = {"timeout", "drip"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_it_ends_every_fault_of_a_provider_in_words_for_the_user(
    kind: str, alice: User, job: Job, provider: ApiProvider, settings: Settings
) -> None:
    settings.JOB_MAX_RETRIES = 1
    config = route(Step.FORENSIC, provider, model=f"fault-{kind}")
    if kind in SLOW_FAULTS:
        ModelConfig.objects.filter(pk=config.pk).update(timeout_seconds=1)
    run(job)
    assert job.state in (JobState.DEAD, JobState.FAILED)
    assert job.user_message and "model" in job.user_message
    assert CANARY not in job.user_message
    assert not job.results.exists()
    refunded = job.state == JobState.DEAD
    assert allowance(alice).used == (0 if refunded else 1)


def test_it_resumes_a_job_without_paying_finished_steps_again(
    job: Job, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider)
    route(Step.REBUILDER, provider, model="fault-500")
    assert run(job).state == JobState.QUEUED
    route(Step.REBUILDER, provider)
    assert run(job).state == JobState.SUCCEEDED
    steps = list(ProviderCall.objects.order_by("pk").values_list("step", flat=True))
    assert steps == ["forensic", "rebuilder", "rebuilder"]


def test_it_makes_no_further_call_for_a_cancelled_job(job: Job, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider)
    transitions.cancel(job.pk)
    run(job)
    assert not ProviderCall.objects.exists()


def test_it_makes_no_call_for_a_job_that_is_cancelled_as_its_turn_comes(
    job: Job, provider: ApiProvider, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in Step:
        route(step, provider)
    real = runner.run_step

    def cancel_before_the_second_step(assignment: Assignment) -> StepOutput:
        if assignment.step == Step.REBUILDER:
            transitions.cancel(job.pk)
        return real(assignment)

    monkeypatch.setattr(runner, "run_step", cancel_before_the_second_step)
    assert run(job).state == JobState.CANCELLED
    assert list(ProviderCall.objects.values_list("step", flat=True)) == ["forensic"]


def test_it_keeps_line_endings_and_the_missing_final_newline(
    alice: User, provider: ApiProvider
) -> None:
    code = CODE.replace("\n", "\r\n").rstrip("\r\n")
    submission: Submission = submit(user=alice, code=code, language="python")
    assert submission.current_job is not None
    route(Step.REBUILDER, provider)
    job = run(submission.current_job)
    rebuilt = result(job, Step.REBUILDER).content["code"]
    assert rebuilt != code
    assert rebuilt.count("\n") == rebuilt.count("\r\n")
    assert not rebuilt.endswith("\n")


def test_it_shows_what_streams_and_leaves_none_of_it(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    kept = growing.Growing._keep

    def keep(self: growing.Growing) -> None:
        kept(self)
        shown.append(GrowingAnswer.objects.get(job=job).step)

    monkeypatch.setattr(growing, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(growing.Growing, "_keep", keep)
    for step in Step:
        route(step, provider)
    assert run(job).state == JobState.SUCCEEDED
    assert set(shown) == set(Step)
    assert not GrowingAnswer.objects.exists()


def test_it_leaves_nothing_of_a_stream_that_broke_off(
    job: Job, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "PAUSE_SECONDS", 0.0)
    route(Step.FORENSIC, provider, "fault-stream-cut")
    assert run(job).state == JobState.QUEUED
    assert not GrowingAnswer.objects.exists()


def test_it_stores_when_the_first_words_came(job: Job, provider: ApiProvider) -> None:
    for step in Step:
        route(step, provider)
    run(job)
    assert None not in ProviderCall.objects.values_list("first_token_ms", flat=True)
