"""Providers over the JSON API: administrators alone, and keys that never come out."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.models import AuditEntry
from pipeline.tests.api_client import ApiClient, problem_of
from providers import services
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
    assert answer.json()["detail"] == "There is nothing with this id."


def test_it_adds_a_provider_from_a_preset_with_its_key(api: ApiClient, an_admin: User) -> None:
    answer = api.call("admin.addProvider", preset="anthropic", name="Ours", key=KEY)
    assert answer.status_code == 201
    assert KEY not in answer.content.decode()
    row = ApiProvider.objects.get()
    assert (row.name, row.kind, row.header_name) == ("Ours", "anthropic", "x-api-key")
    assert answer.json()["key"] == {"last_four": "9876"}
    changes = ProviderChange.objects.filter(actor=an_admin)
    assert set(changes.values_list("action", flat=True)) == {"provider.add", "key.set"}
    assert AuditEntry.objects.get_for_object(row).filter(actor=an_admin).exists()


def test_it_adds_a_provider_without_a_preset(api: ApiClient) -> None:
    sent = {"name": "Near", "base_url": "https://models.example.com/v1", "auth_type": "none"}
    told = api.call("admin.addProvider", **sent, may_receive_code=False).json()
    assert (told["name"], told["key"], told["may_receive_code"]) == ("Near", None, False)


@pytest.mark.parametrize(
    "sent",
    [
        {"preset": "nobody"},
        {"name": "x"},
        {"preset": "openai", "base_url": "ftp://x"},
        {"preset": "openai", "key": "a\nb"},
        {"preset": "openai", "auth_type": "none", "key": KEY},
        {"preset": "openai", "code_from": ["no-such-plan"]},
        {"preset": "openai", "kind": "telepathy"},
        {"preset": "openai", "extra_headers": {"Host": "x"}},
    ],
)
def test_it_adds_no_provider_that_the_console_would_refuse(
    api: ApiClient, sent: dict[str, Any]
) -> None:
    answer = api.call("admin.addProvider", **sent)
    assert problem_of(answer) == (422, "invalid-value")
    assert KEY not in answer.content.decode()
    assert not ApiProvider.objects.exists()


def test_it_adds_no_provider_of_a_taken_name(api: ApiClient, vendor_row: ApiProvider) -> None:
    answer = api.call("admin.addProvider", preset="openai", name="Vendor")
    assert problem_of(answer) == (422, "invalid-value")


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\nb", "\ud800"])
def test_it_adds_no_provider_of_a_name_that_cannot_be_read(api: ApiClient, name: str) -> None:
    answer = api.call("admin.addProvider", preset="openai", name=name)
    assert problem_of(answer) == (422, "invalid-value")
    assert not ApiProvider.objects.exists()


def test_it_leaves_out_spaces_around_a_name(api: ApiClient) -> None:
    told = api.call("admin.addProvider", preset="openai", name=" Ours ").json()
    assert told["name"] == "Ours"


def test_it_adds_no_provider_with_unknown_fields(api: ApiClient) -> None:
    answer = api.call("admin.addProvider", preset="openai", status="connected")
    assert problem_of(answer) == (422, "invalid-request")


@pytest.mark.parametrize("name", ["testProviderConnection", "syncProviderModels"])
def test_it_gives_no_second_thread_to_slow_providers(
    api: ApiClient, vendor_row: ApiProvider, name: str
) -> None:
    with services._waiting:
        answer = api.call(f"admin.{name}", id=vendor_row.pk)
    assert (problem_of(answer), answer["Retry-After"]) == ((503, "waits-already"), "5")
    assert api.call(f"admin.{name}", id=vendor_row.pk).status_code == 200
