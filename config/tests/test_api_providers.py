"""Providers over the JSON API: administrators alone, and keys that never come out."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from pipeline.tests.api_client import ApiClient, problem_of
from providers.models import ApiProvider, ProviderChange, ProviderModel
from providers.services import add_provider

pytestmark = pytest.mark.django_db

READS = ("getProviders", "getAvailableModels")
WRITES = ("updateProviderKey", "toggleProvider", "testProviderConnection", "syncProviderModels")
KEY = "sk-entirely-secret-9876"


@pytest.fixture
def api(an_admin: User) -> ApiClient:
    return ApiClient(an_admin)


@pytest.fixture
def vendor_row(db: None, settings: Settings) -> ApiProvider:
    settings.PROVIDER_ALLOWED_HOSTS = ["127.0.0.1:9"]  # where nothing listens
    row = add_provider(by=None, address=None, name="Vendor", base_url="http://127.0.0.1:9/v1")
    ProviderModel.objects.create(provider=row, name="small")
    return row


def test_it_is_for_administrators_alone(alice: User) -> None:
    theirs = ApiClient(alice)
    answers = [theirs.ask(f"admin.{name}") for name in READS]
    answers += [theirs.call(f"admin.{name}") for name in WRITES]
    assert {problem_of(answer) for answer in answers} == {(403, "administrators-only")}


def test_it_takes_a_key_and_never_shows_it(
    api: ApiClient, vendor_row: ApiProvider, an_admin: User
) -> None:
    stored = api.call("admin.updateProviderKey", id=vendor_row.pk, key=KEY)
    listed = api.ask("admin.getProviders")
    assert stored.json() == listed.json()["items"][0]["key"] == {"last_four": "9876"}
    assert KEY not in stored.content.decode() + listed.content.decode()
    assert ProviderChange.objects.get(action="key.set").actor == an_admin


def test_it_refuses_a_key_that_fits_no_header(api: ApiClient, vendor_row: ApiProvider) -> None:
    answer = api.call("admin.updateProviderKey", id=vendor_row.pk, key="a\nb")
    assert problem_of(answer) == (422, "invalid-value")


def test_it_switches_a_provider_off(api: ApiClient, vendor_row: ApiProvider) -> None:
    assert api.ask("admin.getAvailableModels").json()["items"][0]["name"] == "small"
    assert not api.call("admin.toggleProvider", id=vendor_row.pk, enabled=False).json()["enabled"]
    assert api.ask("admin.getAvailableModels").json()["count"] == 0
    assert api.ask("admin.getProviders", enabled=True).json()["count"] == 0


@pytest.mark.parametrize("name", ["testProviderConnection", "syncProviderModels"])
def test_it_tells_that_a_provider_does_not_answer(
    api: ApiClient, vendor_row: ApiProvider, name: str
) -> None:
    found = api.call(f"admin.{name}", id=vendor_row.pk).json()
    assert not found["ok"]
    assert found["error"]


@pytest.mark.parametrize("name", WRITES)
def test_it_does_not_find_what_is_not_there(api: ApiClient, name: str) -> None:
    more = {"updateProviderKey": {"key": KEY}, "toggleProvider": {"enabled": True}}
    answer = api.call(f"admin.{name}", id=404, **more.get(name, {}))
    assert problem_of(answer) == (404, "not-found")
