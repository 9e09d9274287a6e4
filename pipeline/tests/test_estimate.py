"""What a submission will take: by rule before anything ran, by past answers after that."""

from __future__ import annotations

import pytest

from accounts.models import User
from billing.models import NO_PLAN
from pipeline import defaults, routing
from pipeline.estimate import DELETED, Estimate, Size, StepEstimate
from pipeline.estimate import estimate as estimate_on
from pipeline.experience import ENOUGH, Range
from pipeline.models import ModelConfig, Step, StepFallback, StepResult
from pipeline.tests.priced import INPUT_PRICE, OUTPUT_PRICE, queued, route, run
from providers.models import ApiProvider, ProviderModel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prompts(db: None) -> None:
    defaults.seed()


def estimate(code: int = 7_000, told: int = 0, plan: str = NO_PLAN) -> Estimate:
    """On the routes that are set now."""
    routing.forget_routes()
    return estimate_on(routing.routes(), Size(code, told), plan=plan)


def of(step: Step, code: int = 7_000, told: int = 0, plan: str = NO_PLAN) -> StepEstimate:
    return next(each for each in estimate(code, told, plan).steps if each.step == step)


def past(user: User, engine: str, *, read: int, written: int, took: int = 8_000) -> None:
    """As many results as are needed to learn from."""
    for _ in range(ENOUGH):
        StepResult.objects.create(
            job=queued(user), step=Step.REBUILDER, engine=engine, content={}, attempt=1,
            duration_ms=took, input_tokens=read, output_tokens=written,
        )  # fmt: skip


def test_it_says_that_the_built_in_engine_is_free() -> None:
    found = estimate()
    assert (found.is_free, found.known_cost, found.unpriced) == (True, Range(0, 0), ())


def test_it_costs_what_the_tokens_cost(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    step = of(Step.REBUILDER)
    least = step.read.low * INPUT_PRICE + step.written.low * OUTPUT_PRICE
    most = step.read.high * INPUT_PRICE + step.written.high * OUTPUT_PRICE
    assert step.cost == Range(round(least / 1_000_000), round(most / 1_000_000))
    assert 0 < step.cost.low < step.cost.high


def test_it_reads_the_prompt_and_the_question_too(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    assert of(Step.REBUILDER, code=0).read.low > 300


def test_it_reads_both_versions_for_the_verdict(provider: ApiProvider) -> None:
    route(Step.QUALITY, provider)
    more = of(Step.QUALITY, code=45_000).read.low - of(Step.QUALITY, code=0).read.low
    assert more == pytest.approx(19_000, abs=1)  # 10,000 tokens of the original, 9,000 rebuilt


def test_it_reads_the_comments_too(provider: ApiProvider) -> None:
    route(Step.QUALITY, provider)
    assert of(Step.QUALITY, told=9_000).read.low - of(Step.QUALITY).read.low == 2_000


def test_it_leaves_an_unknown_price_unknown(provider: ApiProvider) -> None:
    route(Step.FORENSIC, provider, priced=False)
    assert of(Step.FORENSIC).cost is None
    assert [step.step for step in estimate().unpriced] == [Step.FORENSIC]


def test_it_takes_the_published_price_without_an_override() -> None:
    vendor = ApiProvider.objects.create(name="OpenAI", base_url="https://api.openai.com/v1")
    model = ProviderModel.objects.create(provider=vendor, name="gpt-4o")
    ModelConfig.objects.update_or_create(
        step=Step.FORENSIC, defaults={"provider": vendor, "model": model}
    )
    cost = of(Step.FORENSIC).cost
    assert cost is not None
    assert cost.low > 0


def test_it_writes_no_more_than_the_step_may(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    ModelConfig.objects.filter(step=Step.REBUILDER).update(max_tokens=50)
    assert of(Step.REBUILDER).written == Range(50, 50)


def test_it_waits_no_longer_than_the_step_may(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    ModelConfig.objects.filter(step=Step.REBUILDER).update(timeout_seconds=2)
    assert of(Step.REBUILDER).milliseconds.high == 2_000


def test_it_learns_how_much_a_model_writes(alice: User, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    past(alice, f"{provider.name}: priced", read=1_000, written=7_000)
    step = of(Step.REBUILDER)
    assert step.learned
    assert step.written == Range(step.read.low * 7, step.read.high * 7)


def test_it_learns_how_fast_a_model_writes(alice: User, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    past(alice, f"{provider.name}: priced", read=4_000, written=4_000, took=8_000)
    step = of(Step.REBUILDER)
    assert step.milliseconds.low == 2 * step.written.low + 300


def test_it_learns_nothing_from_another_model(alice: User, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    before = of(Step.REBUILDER)
    past(alice, f"{provider.name}: other", read=10, written=20_000)
    assert of(Step.REBUILDER) == before


def test_it_learns_nothing_from_few_results(alice: User, provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    past(alice, f"{provider.name}: priced", read=10, written=20_000)
    StepResult.objects.filter(pk=StepResult.objects.first().pk).delete()  # type: ignore[union-attr]
    assert not of(Step.REBUILDER).learned


def test_it_learns_the_time_of_the_built_in_engine(alice: User) -> None:
    for _ in range(ENOUGH):
        run(queued(alice))
    took = StepResult.objects.filter(step=Step.FORENSIC).values_list("duration_ms", flat=True)
    step = of(Step.FORENSIC)
    assert step.learned
    assert min(took) <= step.milliseconds.low <= step.milliseconds.high <= max(took)


def test_it_counts_with_the_model_that_may_get_the_code(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    other = ApiProvider.objects.create(name="Other", base_url="https://other.example/v1")
    model = ProviderModel.objects.create(provider=other, name="m", input_price=1, output_price=1)
    config = ModelConfig.objects.get(step=Step.REBUILDER)
    StepFallback.objects.create(config=config, provider=other, model=model)
    ApiProvider.objects.filter(pk=provider.pk).update(code_from=["Gold"])
    assert of(Step.REBUILDER).engine == "Other: m"
    assert of(Step.REBUILDER, plan="Gold").engine == f"{provider.name}: priced"


def test_it_counts_with_the_built_in_engine_where_it_stands_in(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    StepFallback.objects.create(config=ModelConfig.objects.get(step=Step.REBUILDER), position=2)
    ApiProvider.objects.filter(pk=provider.pk).update(may_receive_code=False)
    assert of(Step.REBUILDER).is_free


def test_it_says_why_a_step_cannot_run(provider: ApiProvider) -> None:
    route(Step.REBUILDER, provider)
    ApiProvider.objects.filter(pk=provider.pk).update(enabled=False)
    assert of(Step.REBUILDER).problem == f"The provider {provider.name} is switched off."
    assert DELETED not in {step.problem for step in estimate().problems}


def test_it_holds_what_a_call_then_reads(alice: User, provider: ApiProvider) -> None:
    route(Step.FORENSIC, provider)
    job = queued(alice)
    code = len(job.submission.code.encode())
    guess = of(Step.FORENSIC, code=code)
    read = run(job).results.get(step=Step.FORENSIC).input_tokens
    assert read is not None
    assert guess.read.low <= read <= guess.read.high
