"""Routes, plans and budgets as administrators set them in the console."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from billing.limits import allowance
from billing.models import Budget, Membership, Plan
from config.tests.admin_rows import a_model, a_plan, a_provider, a_route, a_user
from config.tests.test_admin_writes import entries, fill
from pipeline import routing
from pipeline.admin import steps
from pipeline.models import ModelConfig, Step, StepFallback
from providers.models import ApiProvider, ProviderModel

pytestmark = pytest.mark.django_db


@pytest.fixture
def primary() -> ProviderModel:
    return a_model(1)


@pytest.fixture
def config(primary: ProviderModel) -> ModelConfig:
    route = a_route(0)
    route.provider, route.model = primary.provider, primary
    route.save()
    return route


def page_of(config: ModelConfig) -> str:
    return reverse("admin:pipeline_modelconfig_change", args=[config.pk])


def row(number: int, position: int, model: ProviderModel | None = None) -> dict[str, str]:
    """What the browser sends of one filled line; without a model it is the built-in engine."""
    values = {"position": str(position)}
    if model is not None:
        values |= {"provider": str(model.provider_id), "model": str(model.pk)}
    lines = {f"fallbacks-{number}-{name}": value for name, value in values.items()}
    return {"fallbacks-TOTAL_FORMS": str(number + 1), **lines}


def refusal(client: Client, config: ModelConfig, *rows: dict[str, str]) -> str:
    """What the page says to lines that it does not take."""
    data = {name: value for each in rows for name, value in each.items()}
    here = page_of(config)
    context = client.get(here).context
    forms = [context["adminform"].form, context["inline_admin_formsets"][0].formset.management_form]
    values = {field.html_name: field.value() for form in forms for field in form}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    answer = client.post(here, sent | data)
    assert answer.status_code == 200
    assert not StepFallback.objects.exists()
    return answer.content.decode()


def test_it_stores_fallbacks_with_an_entry_each(as_admin: Client, config: ModelConfig) -> None:
    second = a_model(2)
    lines = row(0, 1, second) | row(1, 2)
    assert fill(as_admin, page_of(config), **lines) == 302
    route = routing.routes()[Step(config.step)]
    assert [target.model for target in route.targets] == ["model-1", "model-2"]
    assert route.built_in_last
    for fallback in config.fallbacks.all():
        assert entries(fallback)
    listed = as_admin.get(reverse("admin:pipeline_modelconfig_changelist")).content.decode()
    assert "Vendor 2: model-2, then built-in" in listed


def test_it_removes_a_fallback_with_an_entry(as_admin: Client, config: ModelConfig) -> None:
    fallback = StepFallback.objects.create(config=config)
    assert fill(as_admin, page_of(config), **{"fallbacks-0-DELETE": "on"}) == 302
    assert not StepFallback.objects.exists()
    assert entries(fallback)


def test_it_takes_no_model_of_another_provider(as_admin: Client, config: ModelConfig) -> None:
    wrong = row(0, 1, a_model(2)) | {"fallbacks-0-provider": str(a_provider(1).pk)}
    assert "belongs to another provider" in refusal(as_admin, config, wrong)


def test_it_takes_no_model_without_its_provider(as_admin: Client, config: ModelConfig) -> None:
    wrong = row(0, 1, a_model(2)) | {"fallbacks-0-provider": ""}
    assert "Choose its provider too" in refusal(as_admin, config, wrong)


def test_it_keeps_the_built_in_engine_last(as_admin: Client, config: ModelConfig) -> None:
    told = refusal(as_admin, config, row(0, 1), row(1, 2, a_model(2)))
    assert "give it the last place" in told


def test_it_tries_no_model_twice(
    as_admin: Client, config: ModelConfig, primary: ProviderModel
) -> None:
    assert "stands here twice" in refusal(as_admin, config, row(0, 1, primary))


def test_it_takes_no_fallback_behind_the_built_in_engine(as_admin: Client) -> None:
    assert "remove its fallbacks" in refusal(as_admin, a_route(0), row(0, 1, a_model(2)))


def test_it_names_each_models_provider_for_the_script(
    as_admin: Client, config: ModelConfig, primary: ProviderModel
) -> None:
    text = as_admin.get(page_of(config)).content.decode()
    assert f'data-provider="{primary.provider_id}"' in text
    assert "js/routes.js" in text


def test_it_tells_visitors_where_else_their_code_may_go(
    as_admin: Client, config: ModelConfig
) -> None:
    fallback = a_model(2)
    StepFallback.objects.create(config=config, provider=fallback.provider, model=fallback)
    text = as_admin.get("/").content.decode()
    assert "if that fails, to Vendor 2, model model-2" in text


def test_it_sets_a_budget_in_dollars_with_an_entry(as_admin: Client) -> None:
    subject = f"provider:{a_provider(1).pk}"
    add = reverse("admin:billing_budget_add")
    assert fill(as_admin, add, subject=subject, dollars="2.5") == 302
    budget = Budget.objects.get()
    assert (budget.subject, budget.daily_microdollars) == (subject, 2_500_000)
    here = reverse("admin:billing_budget_change", args=[budget.pk])
    assert fill(as_admin, here, dollars="0.000001") == 302
    budget.refresh_from_db()
    assert budget.daily_microdollars == 1
    assert entries(budget)[0].changes["daily_microdollars"] == ["2500000", "1"]
    listed = as_admin.get(reverse("admin:billing_budget_changelist")).content.decode()
    assert "Provider: Vendor 1" in listed


@pytest.mark.parametrize(
    ("subject", "dollars"),
    [("global", "-1"), ("global", "much"), ("global", "0.0000001"), ("provider:999", "1")],
)
def test_it_takes_no_budget_that_is_none(as_admin: Client, subject: str, dollars: str) -> None:
    add = reverse("admin:billing_budget_add")
    assert fill(as_admin, add, subject=subject, dollars=dollars) == 200
    assert not Budget.objects.exists()


def test_it_takes_no_second_budget_for_the_same(as_admin: Client) -> None:
    add = reverse("admin:billing_budget_add")
    assert fill(as_admin, add, subject="global", dollars="1") == 302
    assert fill(as_admin, add, subject="global", dollars="2") == 200


def test_it_puts_a_user_on_a_plan_that_sets_the_limit(as_admin: Client) -> None:
    user, plan = a_user(1), a_plan(1)
    here = reverse("admin:billing_plan_change", args=[plan.pk])
    assert fill(as_admin, here, daily_submissions="77") == 302
    add = reverse("admin:billing_membership_add")
    assert fill(as_admin, add, user=str(user.pk), plan=str(plan.pk)) == 302
    assert allowance(user).limit == 77
    assert entries(Membership.objects.get())


@pytest.mark.parametrize("name", ["none", "Pro", "a b", ""])
def test_it_takes_no_plan_without_a_plain_name(as_admin: Client, name: str) -> None:
    assert fill(as_admin, reverse("admin:billing_plan_add"), name=name) == 200
    assert not Plan.objects.exists()


def test_it_offers_plans_to_choose_whose_code_a_provider_gets(
    as_admin: Client, an_admin: User
) -> None:
    a_plan(1)
    provider = a_provider(1)
    here = reverse("admin:providers_apiprovider_change", args=[provider.pk])
    assert fill(as_admin, here, code_from="plan-1") == 302
    provider.refresh_from_db()
    assert provider.code_from == ["plan-1"]


def test_it_keeps_a_provider_that_was_switched_off_when_something_else_is_saved(
    as_admin: Client, config: ModelConfig, primary: ProviderModel
) -> None:
    ApiProvider.objects.update(enabled=False)
    ProviderModel.objects.update(enabled=False)
    assert fill(as_admin, page_of(config), temperature="0.5") == 302
    config.refresh_from_db()
    assert (config.provider, config.model, config.temperature) == (
        primary.provider,
        primary,
        0.5,
    )


def test_it_gives_places_by_the_order_of_the_positions(
    as_admin: Client, config: ModelConfig
) -> None:
    lines = row(0, 9, a_model(3)) | row(1, 4, a_model(2))
    assert fill(as_admin, page_of(config), **lines) == 302
    stored = config.fallbacks.values_list("position", "model__name")
    assert list(stored) == [(1, "model-2"), (2, "model-3")]


def test_it_moves_a_fallback_up_whose_provider_was_switched_off(
    as_admin: Client, config: ModelConfig
) -> None:
    for position, model in ((1, a_model(2)), (2, a_model(3))):
        StepFallback.objects.create(
            config=config, position=position, provider=model.provider, model=model
        )
    ApiProvider.objects.filter(name="Vendor 3").update(enabled=False)
    assert fill(as_admin, page_of(config), **{"fallbacks-0-DELETE": "on"}) == 302
    assert list(config.fallbacks.values_list("position", "model__name")) == [(1, "model-3")]


def test_it_saves_by_the_service_and_tells_what_that_refuses(
    as_admin: Client, config: ModelConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faster(**_: object) -> None:
        raise ValidationError("Somebody was faster.")

    monkeypatch.setattr(steps, "change_route", faster)
    assert fill(as_admin, page_of(config), temperature="0.5") == 302
    assert "Somebody was faster." in as_admin.get(page_of(config)).content.decode()
    config.refresh_from_db()
    assert config.temperature is None


def test_it_reads_no_more_fallbacks_than_there_may_be(
    as_admin: Client, config: ModelConfig
) -> None:
    page = refusal(as_admin, config, {"fallbacks-TOTAL_FORMS": "1000000"})
    assert "at most 5" in page
    assert page.count("-position") < 100
