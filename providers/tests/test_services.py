"""Changes of providers: checked, noted with who and from where, and never with a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.models import AuditEntry
from operations.secrets import Secret, Tampered, UnknownKey
from providers import keys, listed, services
from providers.adapters import ModelInfo
from providers.models import (
    ApiProvider,
    ProviderApiKey,
    ProviderChange,
    ProviderHealth,
    ProviderModel,
)
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor

pytestmark = pytest.mark.django_db


def actions(provider: ApiProvider) -> list[str]:
    return list(provider.changes.order_by("pk").values_list("action", flat=True))


def change(provider: ApiProvider, **fields: Any) -> ApiProvider:
    return services.change_provider(provider=provider, by=None, address=None, **fields)


def take_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody else add each provider between its check and its storing."""
    check = ApiProvider.full_clean

    def meanwhile(row: ApiProvider, *given: Any, **named: Any) -> None:
        check(row, *given, **named)
        ApiProvider.objects.bulk_create([ApiProvider(name=row.name, base_url=row.base_url)])

    monkeypatch.setattr(ApiProvider, "full_clean", meanwhile)


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "https://10.0.0.1/v1"},
        {"base_url": "http://api.example.com/v1"},
        {"kind": "smoke-signals"},
        {"auth_type": "header"},
        {"auth_type": "header", "header_name": "Host"},
        {"auth_type": "header", "header_name": "a b"},
        {"auth_type": "bearer", "header_name": "api-key"},
        {"auth_type": "custom", "header_name": "X-Key", "header_prefix": "a\r\nX: y"},
        {"extra_headers": {"Authorization": "x"}},
        {"extra_headers": {"transfer-encoding": "chunked"}},
        {"extra_headers": {"X-A": "b\r\nX-C: d"}},
        {"extra_headers": {"X-A": 1}},
        {"extra_headers": {"X-A": "1", "x-a": "2"}},
        {"auth_type": "header", "header_name": "api-key", "extra_headers": {"Api-Key": "x"}},
        {"extra_headers": {"Host": "x"}},
        {"extra_headers": {"content-length": "1"}},
        {"extra_headers": {"X A": "1"}},
        {"extra_headers": {"X-\u00c4": "1"}},
        {"extra_headers": ["X-A"]},
        {"extra_headers": [1]},
        {"extra_headers": 1},
    ],
)
def test_it_refuses_what_may_not_be_saved(fields: dict[str, Any]) -> None:
    plain = {"name": "P", "base_url": "https://api.example.com/v1"}
    with pytest.raises(ValidationError):
        services.add_provider(**{**plain, **fields}, by=None, address=None)
    assert not ApiProvider.objects.exists()


def test_it_refuses_a_name_that_was_taken_after_it_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_its_name(monkeypatch)
    with pytest.raises(ValidationError, match="added just now"):
        services.add_provider(name="P", base_url="https://a.example/v1", by=None, address=None)
    assert not ProviderChange.objects.exists()


def test_it_notes_who_changed_what_and_from_where(provider: ApiProvider, an_admin: User) -> None:
    services.toggle_provider(provider=provider, enabled=False, by=an_admin, address="192.0.2.7")
    entry = provider.changes.first()
    assert entry is not None
    assert (entry.action, entry.details) == ("provider.change", {"enabled": [True, False]})
    assert (entry.actor, entry.address) == (an_admin, "192.0.2.7")


def test_it_notes_nothing_when_nothing_changed(provider: ApiProvider) -> None:
    before = actions(provider)
    change(provider, name=provider.name)
    assert actions(provider) == before


def test_it_removes_the_keys_when_the_origin_changes(provider: ApiProvider) -> None:
    change(provider, base_url="https://api.example.com/v1")
    assert not provider.keys.exists()
    assert actions(provider)[-2:] == ["provider.change", "key.remove"]


def test_it_keeps_the_keys_when_only_the_path_changes(provider: ApiProvider) -> None:
    change(provider, base_url=f"{provider.base_url}/other")
    assert provider.keys.count() == 1


def test_it_counts_as_untested_after_a_change_of_how_it_is_called(provider: ApiProvider) -> None:
    services.test_connection(provider=provider, by=None, address=None)
    assert change(provider, may_receive_code=False).status == ApiProvider.Status.CONNECTED
    assert change(provider, base_url=f"{provider.base_url}/x").status == ApiProvider.Status.UNTESTED


@pytest.mark.parametrize("key", ["", "  ", "a\nb", "a\0b", "é", "x" * 5000])
def test_it_refuses_what_cannot_be_a_key(provider: ApiProvider, key: str) -> None:
    with pytest.raises(ValidationError):
        services.set_key(provider=provider, key=Secret(key), by=None, address=None)
    assert provider.keys.count() == 1


def test_it_shows_four_characters_of_a_long_key_and_none_of_a_short_one(
    provider: ApiProvider,
) -> None:
    assert provider.keys.get().last_four == CANARY[-4:]
    short = services.set_key(provider=provider, key=Secret("tiny-key"), by=None, address=None)
    assert short.last_four == ""


def test_it_has_one_active_key(provider: ApiProvider) -> None:
    first = provider.keys.get()
    services.set_key(provider=provider, key=Secret(CANARY[::-1]), by=None, address=None)
    assert provider.keys.filter(is_active=True).count() == 1
    services.activate_key(key=first, by=None, address=None)
    assert provider.keys.get(is_active=True) == first


def test_it_takes_no_price_whose_cost_could_not_be_stored(provider: ApiProvider) -> None:
    model = ProviderModel(provider=provider, name="m", input_price=1, output_price=2**63 - 1)
    with pytest.raises(ValidationError, match="at most"):
        services.save_model(model=model, by=None, address=None)


@pytest.mark.parametrize("use", [services.activate_key, services.remove_key])
def test_it_forgets_what_was_found_with_a_key_that_is_used_no_more(
    provider: ApiProvider, use: Callable[..., None]
) -> None:
    first = provider.keys.get()
    second = services.set_key(provider=provider, key=Secret(CANARY), by=None, address=None)
    ApiProvider.objects.update(status=ApiProvider.Status.CONNECTED)
    use(key=first if use is services.activate_key else second, by=None, address=None)
    provider.refresh_from_db()
    assert provider.status == ApiProvider.Status.UNTESTED


@pytest.mark.parametrize("moved", ["row", "provider", "origin"])
def test_it_opens_a_key_only_where_it_was_sealed(
    make_provider: Callable[..., ApiProvider], moved: str
) -> None:
    row = make_provider().keys.select_related("provider").get()
    assert keys.open_key(row).reveal() == CANARY
    if moved == "row":
        row.uuid = keys.new_key(row.provider, Secret("x")).uuid
    elif moved == "provider":
        row.provider = make_provider("Other")
    else:
        row.provider.base_url = "https://api.example.com/v1"
    with pytest.raises(Tampered):
        keys.open_key(row)


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("use", [services.test_connection, services.sync_models])
def test_it_sends_no_key_to_an_edited_address_until_it_is_entered_again(
    provider: ApiProvider,
    vendor: FakeVendor,
    settings: Settings,
    by_hand: bool,
    use: Callable[..., Any],
) -> None:
    elsewhere = vendor.host.replace("127.0.0.1", "localhost")
    settings.PROVIDER_ALLOWED_HOSTS = [vendor.host, elsewhere]
    url = f"http://{elsewhere}/v1"
    if by_hand:  # past everything that would remove the key
        ApiProvider.objects.filter(pk=provider.pk).update(base_url=url)
    else:
        change(provider, base_url=url)
    provider.refresh_from_db()
    before = len(vendor.calls())
    use(provider=provider, by=None, address=None)
    assert len(vendor.calls()) == before
    services.set_key(provider=provider, key=Secret(CANARY), by=None, address=None)
    use(provider=provider, by=None, address=None)
    assert len(vendor.calls()) == before + 1


def test_it_gives_whoever_restores_a_whole_row_no_more_than_what_was_there(
    provider: ApiProvider,
) -> None:
    """What docs/security.md says: a row put back as it was opens, if its provider is the same."""
    row = provider.keys.get()
    kept = ProviderApiKey.objects.filter(pk=row.pk).values().get()
    services.remove_key(key=row, by=None, address=None)
    back = ProviderApiKey.objects.create(**kept)
    assert keys.open_key(back).reveal() == CANARY


def test_it_says_so_when_the_encryption_key_is_another(
    provider: ApiProvider, settings: Settings
) -> None:
    settings.ENCRYPTION_KEY = b"x" * 32
    row = provider.keys.select_related("provider").get()
    with pytest.raises(UnknownKey):
        keys.open_key(row)
    with pytest.raises(ValidationError):
        services.activate_key(key=row, by=None, address=None)
    health = services.test_connection(provider=provider, by=None, address=None)
    assert (health.ok, health.error) == (False, "not-configured")


def test_it_keeps_the_key_out_of_everything_that_is_stored(
    provider: ApiProvider, an_admin: User
) -> None:
    services.test_connection(provider=provider, by=an_admin, address="192.0.2.7")
    services.sync_models(provider=provider, by=an_admin, address="192.0.2.7")
    change(provider, base_url="https://api.example.com/v1")
    models = (ApiProvider, ProviderApiKey, ProviderChange, ProviderHealth, AuditEntry)
    stored = [serializers.serialize("json", model.objects.all()) for model in models]
    assert CANARY not in "".join(stored)
    sealed = AuditEntry.objects.filter(content_type__model="providerapikey")
    assert sealed.exists()
    assert not any("ciphertext" in str(entry.changes) for entry in sealed)


def test_it_tests_a_connection(provider: ApiProvider) -> None:
    health = services.test_connection(provider=provider, by=None, address=None)
    provider.refresh_from_db()
    assert health.ok
    assert (provider.status, provider.last_error) == (ApiProvider.Status.CONNECTED, "")
    assert provider.checked_at is not None
    assert actions(provider)[-1] == "provider.test"


def test_it_notes_a_failed_test(make_provider: Callable[..., ApiProvider]) -> None:
    provider = make_provider(key="")
    health = services.test_connection(provider=provider, by=None, address=None)
    provider.refresh_from_db()
    assert (health.ok, health.error) == (False, "not-configured")
    assert provider.status == ApiProvider.Status.FAILED
    assert "key" in provider.last_error


def test_it_syncs_models_and_keeps_what_an_administrator_set(provider: ApiProvider) -> None:
    ProviderModel.objects.create(
        provider=provider, name="Good", enabled=False, input_price=5, output_price=6
    )
    added, health = services.sync_models(provider=provider, by=None, address=None)
    good = provider.models.get(name__iexact="good")
    assert health.ok
    assert "mediocre" in {model.name for model in added}
    assert (good.enabled, good.input_price, good.context_window) == (False, 5, 128_000)
    assert good.synced_at is not None


def test_it_adds_no_model_twice(provider: ApiProvider) -> None:
    services.sync_models(provider=provider, by=None, address=None)
    assert services.sync_models(provider=provider, by=None, address=None)[0] == []


class SwitchedOffMeanwhile(list[ModelInfo]):
    """A list of models during whose reading an administrator switches them off."""

    def __getitem__(self, place: Any) -> Any:
        ProviderModel.objects.update(enabled=False)
        return super().__getitem__(place)


def test_a_sync_writes_over_no_switch_and_asks_little(provider: ApiProvider) -> None:
    models = SwitchedOffMeanwhile(ModelInfo(f"m{number}", 1000) for number in range(50))
    listed.store(provider, models)
    models[0] = ModelInfo("M0", 2000)
    ProviderModel.objects.update(enabled=True, synced_at=None)
    with CaptureQueriesContext(connection) as asked:
        assert listed.store(provider, models) == []
    assert len(asked) < 10
    found = provider.models.get(name="m0")
    assert (found.enabled, found.context_window) == (False, 2000)
    assert not provider.models.filter(synced_at=None).exists()


@pytest.mark.mysql
def test_a_sync_takes_names_for_the_same_as_the_database_does(provider: ApiProvider) -> None:
    names = ["resume", "r\u00e9sum\u00e9", "other"]
    added = listed.store(provider, [ModelInfo(name) for name in names])
    assert [model.name for model in added] == ["resume", "other"]


def test_it_changes_no_model_when_a_sync_fails(
    provider: ApiProvider, settings: Settings, vendor: FakeVendor
) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = []
    added, health = services.sync_models(provider=provider, by=None, address=None)
    assert (added, health.error) == ([], "address-refused")
    assert not provider.models.exists()


def test_it_refuses_half_a_price(provider: ApiProvider) -> None:
    with pytest.raises(ValidationError):
        services.save_model(
            model=ProviderModel(provider=provider, name="m", input_price=1), by=None, address=None
        )


def test_it_notes_a_changed_model(provider: ApiProvider) -> None:
    model = services.save_model(
        model=ProviderModel(provider=provider, name="m"), by=None, address=None
    )
    model.enabled = False
    services.save_model(model=model, by=None, address=None)
    assert actions(provider)[-2:] == ["model.add", "model.change"]


def test_it_keeps_what_was_noted_of_a_deleted_provider(provider: ApiProvider) -> None:
    services.delete_provider(provider=provider, by=None, address=None)
    assert not ProviderApiKey.objects.exists()
    assert ProviderChange.objects.filter(provider_name="Fake", action="provider.delete").exists()
