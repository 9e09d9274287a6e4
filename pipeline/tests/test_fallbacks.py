"""What runs a step when its model fails: the next model, the built-in engine, or nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from billing.models import Budget, BudgetDay, BudgetReservation, Membership, Plan
from operations.clock import database_now, now_plus
from pipeline import defaults, dispatch, routing
from pipeline.models import DeadLetter, Job, JobState, ModelConfig, Step, StepFallback
from pipeline.tests.test_model_runs import job, prompts, result, route, run  # noqa: F401
from providers.models import ApiProvider, ProviderBreaker, ProviderCall, ProviderModel
from providers.tests.fake_vendor import FakeVendor

pytestmark = pytest.mark.django_db

MakeProvider = Callable[..., ApiProvider]


def fall_back(config: ModelConfig, *targets: tuple[ApiProvider, str] | None) -> None:
    """Set the fallbacks of a step; None is the built-in engine."""
    for position, target in enumerate(targets, 1):
        row = StepFallback(config=config, position=position)
        if target is not None:
            row.provider = target[0]
            row.model, _ = ProviderModel.objects.get_or_create(provider=target[0], name=target[1])
        row.save()
    routing.forget_routes()


def price(provider: ApiProvider, dollars: int = 1) -> None:
    """So many dollars for a million tokens, read or written, of every model of the provider."""
    provider.models.update(input_price=dollars * 1_000_000, output_price=dollars * 1_000_000)


def errors_of(job: Job, step: Step) -> list[str]:  # noqa: F811
    return [tried["error"] for tried in result(job, step).trace]


def test_it_goes_on_to_the_fallbacks_in_their_order(
    job: Job,  # noqa: F811
    provider: ApiProvider,
    make_provider: MakeProvider,
) -> None:
    other = make_provider(name="Other")
    config = route(Step.FORENSIC, provider, model="fault-500")
    fall_back(config, (provider, "fault-401"), (other, "good"))
    assert run(job).state == JobState.SUCCEEDED
    assert result(job, Step.FORENSIC).engine == "Other: good"
    assert errors_of(job, Step.FORENSIC) == ["server", "authentication", ""]


def test_it_lets_the_built_in_engine_stand_in_and_says_so(
    job: Job,  # noqa: F811
    provider: ApiProvider,
) -> None:
    config = route(Step.FORENSIC, provider, model="fault-500")
    fall_back(config, (provider, "fault-503"), None)
    assert run(job).state == JobState.SUCCEEDED
    stored = result(job, Step.FORENSIC)
    assert (stored.engine, stored.prompt) == ("built-in", None)
    assert [tried["provider"] for tried in stored.trace] == ["Fake", "Fake", "built-in"]
    assert stored.content["findings"]


def test_it_lets_the_built_in_engine_stand_in_for_an_answer_without_code(
    job: Job,  # noqa: F811
    provider: ApiProvider,
) -> None:
    config = route(Step.REBUILDER, provider, model="fault-truncated")
    fall_back(config, None)
    assert run(job).state == JobState.SUCCEEDED
    assert result(job, Step.REBUILDER).engine == "built-in"
    calls = [tried["call_id"] for tried in result(job, Step.REBUILDER).trace]
    assert calls == [str(ProviderCall.objects.get().call_id), None]


def test_it_asks_a_fallback_in_its_own_way(job: Job, provider: ApiProvider) -> None:  # noqa: F811
    config = route(Step.FORENSIC, provider, model="fault-500")
    fall_back(config, (provider, "good"))
    config.fallbacks.update(temperature=0.3, max_tokens=700, timeout_seconds=9)
    routing.forget_routes()
    primary, second = routing.routes()[Step.FORENSIC].targets
    assert (primary.role, primary.max_tokens) == (routing.Role.PRIMARY, None)
    assert (second.temperature, second.max_tokens, second.timeout_seconds) == (0.3, 700, 9)


def test_it_puts_a_canary_before_all_others() -> None:
    canary = routing.Target(2, "Trial", "new", routing.Role.CANARY)
    route = routing.StepRoute(provider_id=1, provider="P", model="m", canary=canary)
    assert [target.model for target in route.targets] == ["new", "m"]


def test_it_passes_over_an_open_breaker(
    job: Job,  # noqa: F811
    provider: ApiProvider,
    vendor: FakeVendor,
) -> None:
    config = route(Step.FORENSIC, provider, model="fault-500")
    fall_back(config, (provider, "good"))
    ProviderBreaker.objects.create(
        provider=provider, model="fault-500", state="open", probe_at=now_plus(timedelta(hours=1))
    )
    run(job)
    assert errors_of(job, Step.FORENSIC) == ["circuit-open", ""]
    assert list(ProviderCall.objects.values_list("model", flat=True)) == ["good"]


@pytest.mark.parametrize(("plan", "engine"), [("pro", "Choosy: good"), (None, "built-in")])
def test_it_sends_code_to_the_providers_of_its_owners_plan_only(
    alice: User,
    job: Job,  # noqa: F811
    make_provider: MakeProvider,
    plan: str | None,
    engine: str,
) -> None:
    if plan:
        Membership.objects.create(user=alice, plan=Plan.objects.create(name=plan))
    choosy = make_provider(name="Choosy", code_from=["pro"])
    config = route(Step.FORENSIC, choosy, model="fault-500")
    fall_back(config, (choosy, "good"), None)
    run(job)
    assert result(job, Step.FORENSIC).engine == engine
    assert ProviderCall.objects.exists() == bool(plan)


def test_it_spends_a_budget_and_settles_what_it_cost(
    job: Job,  # noqa: F811
    provider: ApiProvider,
) -> None:
    Budget.objects.create(subject="step:forensic", daily_microdollars=1_000_000)
    route(Step.FORENSIC, provider)
    price(provider)
    run(job)
    day = BudgetDay.objects.get()
    assert (day.spent, day.reserved) == (result(job, Step.FORENSIC).cost_microdollars, 0)
    assert day.spent > 0
    assert not BudgetReservation.objects.exists()


def test_it_asks_the_budget_at_every_hop(
    job: Job,  # noqa: F811
    provider: ApiProvider,
    make_provider: MakeProvider,
) -> None:
    other = make_provider(name="Other")
    budget = Budget.objects.create(subject=f"provider:{provider.pk}", daily_microdollars=10**9)
    BudgetDay.objects.create(budget=budget, day=database_now().date(), spent=10**9)
    fall_back(route(Step.FORENSIC, provider), (other, "good"))
    price(provider)
    run(job)
    assert errors_of(job, Step.FORENSIC) == ["budget", ""]
    assert ProviderBreaker.objects.get().reason == "budget"


@pytest.mark.parametrize(
    ("priced", "error", "told"),
    [(True, "budget", "used up for today"), (False, "price-unknown", "is not known")],
)
def test_it_ends_plainly_and_gives_the_unit_back_when_the_budget_allows_nothing(
    alice: User,
    job: Job,  # noqa: F811
    provider: ApiProvider,
    vendor: FakeVendor,
    priced: bool,
    error: str,
    told: str,
) -> None:
    Budget.objects.create(subject="global", daily_microdollars=1)
    route(Step.FORENSIC, provider)
    if priced:
        price(provider)
    sent = len(vendor.calls())
    assert run(job).state == JobState.DEAD
    assert told in job.user_message
    assert allowance(alice).used == 0
    assert len(vendor.calls()) == sent
    assert DeadLetter.objects.get().error_class == error


def test_it_gives_back_what_a_failed_call_had_set_aside(
    job: Job,  # noqa: F811
    provider: ApiProvider,
    settings: Settings,
) -> None:
    Budget.objects.create(subject="global", daily_microdollars=1_000_000)
    route(Step.FORENSIC, provider, model="fault-500")
    price(provider)
    run(job)
    day = BudgetDay.objects.get()
    assert (day.spent, day.reserved, day.calls) == (0, 0, 0)


def test_it_keeps_set_aside_what_a_dying_process_may_have_spent(
    job: Job,  # noqa: F811
    provider: ApiProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Dying:
        def complete(self, *_: object) -> None:
            raise KeyboardInterrupt

    Budget.objects.create(subject="global", daily_microdollars=1_000_000)
    route(Step.FORENSIC, provider)
    price(provider)
    monkeypatch.setattr("providers.hop.adapter_for", lambda _: Dying())
    with pytest.raises(KeyboardInterrupt):
        run(job)
    held = BudgetReservation.objects.get()
    assert held.call_id == ProviderCall.objects.get().call_id
    assert BudgetDay.objects.get().reserved == held.microdollars > 0


def test_it_takes_fallbacks_away_when_a_step_gets_its_default_back(provider: ApiProvider) -> None:
    fall_back(route(Step.FORENSIC, provider), None)
    defaults.seed(reset=True)
    assert not StepFallback.objects.exists()
    assert routing.routes()[Step.FORENSIC].is_built_in


def test_it_counts_a_vanished_call_as_spent_in_time(provider: ApiProvider) -> None:
    budget = Budget.objects.create(subject="global", daily_microdollars=100)
    day = BudgetDay.objects.create(budget=budget, day="2030-01-01", reserved=40)
    call_id = "00000000-0000-4000-8000-000000000000"
    day.reservations.create(
        call_id=call_id, microdollars=40, expires_at=now_plus(-timedelta(seconds=1))
    )
    dispatch.sweep()
    day.refresh_from_db()
    assert (day.spent, day.reserved, day.unsettled) == (40, 0, 1)
