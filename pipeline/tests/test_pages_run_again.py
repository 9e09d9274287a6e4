"""Running a submission again with other models: what is offered, shown, made once and kept."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.limits import allowance
from billing.models import NO_PLAN
from operations import runtime_config
from pipeline import defaults, services
from pipeline.models import Job, JobState, Step, Submission
from pipeline.parameters import CHOOSE_MODELS
from pipeline.routing import Choice
from pipeline.tests.dying import die
from pipeline.tests.page_data import finish
from pipeline.tests.priced import route, run
from providers.models import ApiProvider, ProviderModel

pytestmark = pytest.mark.django_db

TOKEN = re.compile('name="token" value="([^"]{22})"')
ESTIMATED = re.compile('name="estimated" value="([^"]*)"')


@pytest.fixture
def model(provider: ApiProvider) -> ProviderModel:
    """One that is switched on, with a price, and runs no step."""
    defaults.seed()
    return ProviderModel.objects.create(
        provider=provider, name="large", input_price=2_000_000, output_price=10_000_000
    )


@pytest.fixture
def done(submission: Submission) -> Submission:
    finish(submission)
    return submission


def address(submission: Submission) -> str:
    return f"/submissions/{submission.public_id}/again/"


def value_of(model: ProviderModel) -> str:
    return f"{model.provider_id}:{model.name}"


def look(client: Client, submission: Submission, **chosen: str) -> HttpResponse:
    return client.get(address(submission), chosen)


def start(client: Client, submission: Submission, **sent: str) -> HttpResponse:
    """What a browser sends from the page that shows this choice with its estimate."""
    steps = {key: value for key, value in sent.items() if key in set(Step)}
    page = look(client, submission, **steps).content.decode()
    form = {"token": TOKEN.findall(page)[0], "estimated": ESTIMATED.findall(page)[0]}
    return client.post(address(submission), form | sent)


def test_it_offers_what_is_switched_on_and_may_get_the_code(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    page = look(as_alice, done)
    assertContains(page, f'<option value="{value_of(model)}">large</option>', count=3)
    assertContains(page, "Built-in engine: nothing leaves this machine", count=3)


@pytest.mark.parametrize(
    "off",
    [{"may_receive_code": False}, {"enabled": False}, {"code_from": ["Team"]}],
    ids=["no code", "switched off", "other plans"],
)
def test_it_does_not_offer_a_provider_that_may_not_get_the_code(
    as_alice: Client, done: Submission, model: ProviderModel, off: dict[str, object]
) -> None:
    ApiProvider.objects.update(**off)
    assertNotContains(look(as_alice, done), value_of(model))


def test_it_offers_a_provider_for_users_without_a_plan(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    ApiProvider.objects.update(code_from=[NO_PLAN])
    assertContains(look(as_alice, done), value_of(model))


def test_it_does_not_offer_a_model_that_is_switched_off(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    ProviderModel.objects.update(enabled=False)
    assertNotContains(look(as_alice, done), value_of(model))


def test_it_shows_what_the_choice_takes_and_where_code_goes(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    page = look(as_alice, done, quality=value_of(model))
    assertContains(page, "goes to Fake, model large.")
    assertContains(page, "<strong>$0.0")


def test_it_says_that_the_built_in_engine_is_free(
    as_alice: Client, done: Submission, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider)
    assertNotContains(look(as_alice, done), "no model is asked")
    assertContains(look(as_alice, done, forensic="built-in"), "no model is asked")


def test_it_starts_a_run_with_what_was_chosen(
    as_alice: Client, alice: User, done: Submission, model: ProviderModel
) -> None:
    used = allowance(alice).used
    answer = start(as_alice, done, quality=value_of(model), forensic="built-in")
    assertRedirects(answer, done.get_absolute_url())
    new = Job.objects.latest("pk")
    assert new.chosen == {
        "quality": {"provider_id": model.provider_id, "provider": "Fake", "model": "large"},
        "forensic": {"provider_id": None, "provider": "", "model": ""},
    }
    assert (Submission.objects.get().current_job, allowance(alice).used) == (new, used + 1)


def test_it_does_not_start_before_the_estimate_of_the_choice_was_seen(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    answer = start(as_alice, done, quality=value_of(model), estimated="")
    assertContains(answer, "What it takes is shown now", status_code=422)
    assertContains(answer, "goes to Fake, model large.", status_code=422)
    assert Job.objects.count() == 1


def test_it_works_out_what_a_choice_takes_without_javascript(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    page = as_alice.post(address(done), {"look": "1", "quality": value_of(model)})
    assertContains(page, "goes to Fake, model large.")
    assert Job.objects.count() == 1


def test_it_makes_one_run_of_two_clicks(as_alice: Client, alice: User, done: Submission) -> None:
    for _ in range(2):
        answer = start(as_alice, done, token="the-same-token-twice-00")
        assertRedirects(answer, done.get_absolute_url())
    assert (Job.objects.count(), allowance(alice).used) == (2, 2)


def test_it_waits_for_the_run_that_has_not_ended(as_alice: Client, done: Submission) -> None:
    start(as_alice, done)
    answer = start(as_alice, done)
    assertContains(as_alice.get(answer["Location"]), "It is being run already.")
    assert Job.objects.count() == 2


def test_it_says_that_a_token_was_used_for_another_choice_and_gives_a_new_one(
    as_alice: Client, done: Submission, model: ProviderModel
) -> None:
    token = "the-same-token-twice-00"
    start(as_alice, done, token=token)
    answer = start(as_alice, done, token=token, quality=value_of(model))
    assertContains(answer, "with another choice", status_code=422)
    assertNotContains(answer, token, status_code=422)


def test_it_says_that_the_limit_is_reached_and_changes_nothing(
    as_alice: Client, done: Submission, settings: Settings
) -> None:
    settings.MAX_DAILY_SUBMISSIONS = 1
    answer = start(as_alice, done)
    assertContains(answer, "Your daily limit of 1 is reached.", status_code=429)
    assert int(answer["Retry-After"]) > 0
    assert Job.objects.count() == 1


@pytest.mark.parametrize("value", ["1:none", "0:", "nonsense", "999999:large"])
def test_it_refuses_what_is_not_offered(as_alice: Client, done: Submission, value: str) -> None:
    answer = as_alice.post(address(done), {"quality": value, "token": "t", "estimated": ""})
    assertContains(answer, "can not be chosen any more", status_code=422)
    assert Job.objects.count() == 1


def test_it_refuses_a_model_that_was_switched_off_meanwhile(
    alice: User, done: Submission, model: ProviderModel
) -> None:
    (chosen,) = (each for each in services.choices_for(alice) if each.model == "large")
    ProviderModel.objects.update(enabled=False)
    with pytest.raises(services.InvalidChoice):
        services.run_again(
            submission=done, by=alice, chosen={Step.QUALITY: chosen}, idempotency_key="k"
        )


def test_it_offers_no_model_where_that_is_left_to_administrators(
    as_alice: Client, alice: User, done: Submission, model: ProviderModel
) -> None:
    assertContains(look(as_alice, done), value_of(model))
    runtime_config.change(CHOOSE_MODELS.name, "off")
    runtime_config.forget()
    assertNotContains(look(as_alice, done), value_of(model))
    assert services.choices_for(alice) == (Choice(),)


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_not_there_for_others(
    client: Client, bob: User, done: Submission, method: str
) -> None:
    client.force_login(bob)
    assert getattr(client, method)(address(done)).status_code == 404
    for part in ("runs/1/", "runs/1/rebuilt", "runs/1/export.zip", "runs/1/report/json"):
        assert client.get(done.get_absolute_url() + part).status_code == 404


def test_it_asks_visitors_to_sign_in(client: Client, done: Submission) -> None:
    assert client.post(address(done)).status_code == 302
    assert Job.objects.count() == 1


def test_it_retries_a_run_that_died_with_what_was_chosen_for_it(
    alice: User, done: Submission
) -> None:
    (built_in,) = (each for each in services.choices_for(alice) if each.provider_id is None)
    services.run_again(
        submission=done, by=alice, chosen={Step.QUALITY: built_in}, idempotency_key="k"
    )
    die(done)
    job = services.retry(submission=done, by=alice)
    assert job.chosen is not None and list(job.chosen) == ["quality"]


def test_it_runs_the_steps_with_what_was_chosen(
    alice: User, done: Submission, model: ProviderModel, provider: ApiProvider
) -> None:
    route(Step.FORENSIC, provider)
    chosen = {choice.model: choice for choice in services.choices_for(alice)}
    services.run_again(
        submission=done,
        by=alice,
        chosen={Step.FORENSIC: chosen[""], Step.QUALITY: chosen["large"]},
        idempotency_key="k",
    )
    assert done.current_job is not None
    job = run(done.current_job)
    engines = dict(job.results.values_list("step", "engine"))
    assert engines == {"forensic": "built-in", "rebuilder": "built-in", "quality": "Fake: large"}
    prompts = dict(job.results.values_list("step", "prompt__step"))
    assert prompts == {"forensic": None, "rebuilder": None, "quality": "quality"}


def test_it_lets_nothing_stand_in_for_a_model_that_was_chosen(
    alice: User, done: Submission, model: ProviderModel
) -> None:
    chosen = {choice.model: choice for choice in services.choices_for(alice)}
    services.run_again(
        submission=done, by=alice, chosen={Step.FORENSIC: chosen["large"]}, idempotency_key="k"
    )
    ApiProvider.objects.update(may_receive_code=False)
    assert done.current_job is not None
    assert run(done.current_job).state == JobState.DEAD
    assert allowance(alice).used == 1  # the unit of the new run came back
