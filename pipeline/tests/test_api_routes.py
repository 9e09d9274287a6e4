"""What runs each step, over the JSON API: read and changed as in the console."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from operations.models import AuditEntry
from pipeline import routing
from pipeline.models import ModelConfig, Step, StepFallback
from pipeline.tests.api_client import ApiClient, problem_of
from providers.models import ApiProvider, ProviderModel
from providers.services import add_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


def a_model(name: str) -> ProviderModel:
    provider = add_provider(
        by=None, address=None, name=f"Vendor {name}", base_url="https://api.example.com/v1"
    )
    return ProviderModel.objects.create(provider=provider, name=name)


def target(model: ProviderModel) -> dict[str, Any]:
    return {"provider": model.provider_id, "model": model.pk}


def refusal(api: ApiClient, **sent: Any) -> str:
    answer = api.call("admin.updateModel", **{"step": "forensic", **sent})
    assert problem_of(answer) == (422, "invalid-value")
    return str(answer.json()["detail"])


def test_it_tells_what_runs_each_step(api: ApiClient) -> None:
    page = api.ask("admin.getModels").json()
    assert [line["step"] for line in page["items"]] == list(Step)
    assert {line["engine"] for line in page["items"]} == {"built-in"}
    assert page["count"] == 3


def test_it_points_a_step_at_a_model(api: ApiClient, an_admin: User) -> None:
    model = a_model("small")
    sent = {**target(model), "temperature": 0.5, "timeout_seconds": 60}
    told = api.call("admin.updateModel", step="forensic", **sent).json()
    assert (told["engine"], told["model_id"]) == ("Vendor small: small", model.pk)
    route = routing.routes()[Step.FORENSIC]
    assert (route.model, route.temperature, route.timeout_seconds) == ("small", 0.5, 60)
    assert api.ask("admin.getModels").json()["items"][0] == told
    newest = AuditEntry.objects.get_for_object(ModelConfig.objects.get(step="forensic")).first()
    assert newest is not None
    assert newest.actor == an_admin
    assert newest.changes["model"] == ["None", str(model.pk)]


def test_it_leaves_what_is_not_sent(api: ApiClient) -> None:
    api.call("admin.updateModel", step="forensic", **target(a_model("small")), max_tokens=900)
    told = api.call("admin.updateModel", step="forensic", structured=False).json()
    assert (told["engine"], told["max_tokens"]) == ("Vendor small: small", 900)
    assert not told["structured"]


def test_it_takes_the_default_model_of_another_provider(api: ApiClient) -> None:
    other = a_model("other").provider_id
    api.call("admin.updateModel", step="forensic", **target(a_model("small")))
    told = api.call("admin.updateModel", step="forensic", provider=other).json()
    assert (told["provider_id"], told["model_id"]) == (other, None)


def test_it_goes_back_to_the_built_in_engine(api: ApiClient) -> None:
    api.call("admin.updateModel", step="forensic", **target(a_model("small")))
    assert (
        api.call("admin.updateModel", step="forensic", provider=None).json()["engine"] == "built-in"
    )


def test_it_replaces_all_fallbacks_in_order(api: ApiClient) -> None:
    first, second = a_model("first"), a_model("second")
    api.call(
        "admin.updateModel",
        step="forensic",
        **target(a_model("small")),
        fallbacks=[{**target(first), "max_tokens": 5}, target(second), {}],
    )
    told = api.call("admin.updateModel", step="forensic", fallbacks=[target(second), {}]).json()
    assert [row["engine"] for row in told["fallbacks"]] == ["Vendor second: second", "built-in"]
    assert told["fallbacks"][0]["max_tokens"] is None
    assert routing.routes()[Step.FORENSIC].built_in_last
    actions = AuditEntry.objects.filter(content_type__model="stepfallback")
    assert set(actions.values_list("action", flat=True)) == {0, 1, 2}


def test_it_removes_fallbacks_that_are_sent_empty(api: ApiClient) -> None:
    api.call("admin.updateModel", step="forensic", **target(a_model("small")), fallbacks=[{}])
    told = api.call("admin.updateModel", step="forensic", fallbacks=[]).json()
    assert told["fallbacks"] == []
    assert not StepFallback.objects.exists()


def test_it_refuses_what_the_console_refuses(api: ApiClient) -> None:
    small, other = a_model("small"), a_model("other")
    assert "another provider" in refusal(api, provider=small.provider_id, model=other.pk)
    assert "Choose its provider too" in refusal(api, model=other.pk)
    assert "last place" in refusal(api, **target(small), fallbacks=[{}, target(other)])
    assert "stands here twice" in refusal(api, **target(small), fallbacks=[target(small)])
    assert "remove its fallbacks" in refusal(api, fallbacks=[target(other)])
    assert not ModelConfig.objects.exclude(provider=None).exists()
    assert not StepFallback.objects.exists()


def test_it_offers_only_what_may_be_used(api: ApiClient) -> None:
    small = a_model("small")
    ApiProvider.objects.update(may_receive_code=False)
    assert "can be chosen" in refusal(api, **target(small))
    assert "can be chosen" in refusal(api, provider=404_404)


def test_it_keeps_what_was_switched_off_since(api: ApiClient) -> None:
    small = a_model("small")
    api.call("admin.updateModel", step="forensic", **target(small))
    ApiProvider.objects.update(enabled=False)
    told = api.call("admin.updateModel", step="forensic", **target(small), max_tokens=7).json()
    assert told["max_tokens"] == 7


@pytest.mark.parametrize(
    "sent",
    [{}, {"step": "x"}, {"step": "forensic", "temperature": 3}, {"step": "forensic", "more": 1}],
)
def test_it_checks_the_schema(api: ApiClient, sent: dict[str, Any]) -> None:
    assert problem_of(api.call("admin.updateModel", **sent)) == (422, "invalid-request")


def test_it_bounds_the_number_of_fallbacks(api: ApiClient) -> None:
    answer = api.call("admin.updateModel", step="forensic", fallbacks=[{}] * 6)
    assert problem_of(answer) == (422, "invalid-request")
