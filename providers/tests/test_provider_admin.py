"""Providers in the console: from a preset to a tested connection; a key never comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from operations.models import AuditEntry
from providers import services
from providers.models import ApiProvider, ProviderChange, ProviderModel
from providers.presets import presets
from providers.tests.conftest import CANARY
from providers.tests.fake_vendor import FakeVendor

pytestmark = pytest.mark.django_db

ADD = "/admin/providers/apiprovider/add/"
LIST = "/admin/providers/apiprovider/"


def form(vendor: FakeVendor, **changes: str) -> dict[str, str]:
    return {
        "name": "Fake",
        "kind": "openai-compatible",
        "base_url": vendor.base_url,
        "auth_type": "bearer",
        "extra_headers": "{}",
        "structured_output": "schema",
        "enabled": "on",
        "may_receive_code": "on",
        **changes,
    }


def act(client: Client, action: str, *providers: ApiProvider) -> str:
    data = {"action": action, "_selected_action": [provider.pk for provider in providers]}
    return client.post(LIST, data, follow=True).content.decode()


def page_of(client: Client, provider: ApiProvider) -> str:
    here = reverse("admin:providers_apiprovider_change", args=[provider.pk])
    return client.get(here).content.decode()


@pytest.mark.parametrize("key", presets())
def test_it_fills_the_form_from_a_preset(as_admin: Client, key: str) -> None:
    preset = presets()[key]
    page = as_admin.get(ADD, {"preset": key})
    shown = {name: page.context["adminform"].form[name].value() for name in preset.initial}
    assert shown == preset.initial
    assert preset.note in page.context["chosen"].note


def test_it_offers_every_preset(as_admin: Client) -> None:
    page = as_admin.get(ADD).content.decode()
    assert [key for key in presets() if f"?preset={key}" not in page] == []


def test_it_ignores_a_preset_that_does_not_exist(as_admin: Client) -> None:
    assert as_admin.get(ADD, {"preset": "../x"}).status_code == 200


def test_it_adds_a_provider_with_its_key(
    as_admin: Client, an_admin: User, vendor: FakeVendor
) -> None:
    assert as_admin.post(ADD, form(vendor, new_key=f" {CANARY} ")).status_code == 302
    provider = ApiProvider.objects.get()
    assert provider.keys.get().last_four == CANARY[-4:]
    changes = ProviderChange.objects.order_by("pk")
    assert [(change.action, change.actor) for change in changes] == [
        ("provider.add", an_admin),
        ("key.set", an_admin),
    ]
    assert {change.address for change in changes} == {"127.0.0.1"}


def test_it_says_so_when_somebody_was_faster(
    as_admin: Client, vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(**_: object) -> None:
        raise ValidationError({"name": "Added just now."})

    monkeypatch.setattr(services, "add_provider", taken)
    page = as_admin.post(ADD, form(vendor), follow=True)
    assert page.status_code == 200
    assert "Added just now." in page.content.decode()


def test_it_refuses_an_address_inside_of_the_network(as_admin: Client, vendor: FakeVendor) -> None:
    page = as_admin.post(ADD, form(vendor, base_url="http://169.254.169.254/latest"))
    assert "PROVIDER_ALLOWED_HOSTS" in page.content.decode()
    assert not ApiProvider.objects.exists()


def test_it_refuses_a_key_where_none_is_taken(as_admin: Client, vendor: FakeVendor) -> None:
    page = as_admin.post(ADD, form(vendor, auth_type="none", new_key=CANARY))
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    assert not ApiProvider.objects.exists()


def test_it_never_shows_a_key_again(
    as_admin: Client, provider: ApiProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    act(as_admin, "test_connection", provider)
    pages = [page_of(as_admin, provider), as_admin.get(LIST).content.decode()]
    for model in ("providerapikey", "providerchange", "providerhealth", "providercall"):
        pages.append(as_admin.get(f"/admin/providers/{model}/").content.decode())
    pages.append(as_admin.get("/admin/operations/auditentry/").content.decode())
    told = "".join(pages) + caplog.text
    assert CANARY not in told
    assert provider.keys.get().ciphertext not in told
    assert f"…{CANARY[-4:]}" in pages[0]


def test_it_does_not_send_a_refused_key_back(as_admin: Client, vendor: FakeVendor) -> None:
    page = as_admin.post(ADD, form(vendor, name="", new_key=CANARY))
    assert page.status_code == 200
    assert CANARY not in page.content.decode()


def test_it_keeps_the_key_when_the_field_is_left_empty(
    as_admin: Client, provider: ApiProvider, vendor: FakeVendor
) -> None:
    here = reverse("admin:providers_apiprovider_change", args=[provider.pk])
    assert as_admin.post(here, form(vendor, name="Renamed")).status_code == 302
    provider.refresh_from_db()
    assert provider.name == "Renamed"
    assert provider.keys.filter(is_active=True).exists()


def test_it_removes_the_key_and_says_so_when_the_address_changes(
    as_admin: Client, provider: ApiProvider, vendor: FakeVendor
) -> None:
    here = reverse("admin:providers_apiprovider_change", args=[provider.pk])
    changed = form(vendor, base_url="https://api.example.com/v1")
    page = as_admin.post(here, changed, follow=True).content.decode()
    assert "its keys were removed" in page
    assert not provider.keys.exists()


def test_it_tests_connections_and_tells_how_it_went(
    as_admin: Client, make_provider: Callable[..., ApiProvider]
) -> None:
    page = act(as_admin, "test_connection", make_provider("Good"), make_provider("Bad", key=""))
    assert "Good: answered in" in page
    assert "Bad: Nothing was sent: a key is missing" in page
    assert "(not-configured)" in page


def test_it_waits_for_one_provider_at_a_time(as_admin: Client, provider: ApiProvider) -> None:
    with services._waiting:
        page = act(as_admin, "test_connection", provider)
    assert "Another test or sync still waits for its provider." in page
    assert "answered in" in act(as_admin, "test_connection", provider)


def test_it_says_whom_it_had_no_time_to_ask(
    as_admin: Client, provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TEST_SECONDS", 0.0)
    assert "not asked, because the others took too long" in act(as_admin, "sync_models", provider)


def test_it_syncs_models(as_admin: Client, provider: ApiProvider) -> None:
    assert "new models." in act(as_admin, "sync_models", provider)
    assert ProviderModel.objects.filter(provider=provider, name="good").exists()


def test_it_switches_providers_off_and_on(as_admin: Client, provider: ApiProvider) -> None:
    act(as_admin, "disable", provider)
    provider.refresh_from_db()
    assert provider.enabled is False
    act(as_admin, "enable", provider)
    provider.refresh_from_db()
    assert provider.enabled is True


def test_it_deletes_a_provider_with_an_entry(as_admin: Client, provider: ApiProvider) -> None:
    here = reverse("admin:providers_apiprovider_delete", args=[provider.pk])
    assert as_admin.post(here, {"post": "yes"}).status_code == 302
    assert not ApiProvider.objects.exists()
    assert ProviderChange.objects.filter(action="provider.delete").exists()


def test_it_switches_models_and_sets_prices(as_admin: Client, provider: ApiProvider) -> None:
    model = ProviderModel.objects.create(provider=provider, name="m")
    here = reverse("admin:providers_providermodel_change", args=[model.pk])
    data = {"name": "m", "enabled": "", "input_price": "5", "output_price": "6"}
    assert as_admin.post(here, data).status_code == 302
    model.refresh_from_db()
    assert (model.enabled, model.input_price, model.output_price) == (False, 5, 6)
    assert provider.changes.filter(action="model.change").exists()
    assert AuditEntry.objects.filter(content_type__model="providermodel").exists()


def test_it_removes_a_key_with_an_entry(as_admin: Client, provider: ApiProvider) -> None:
    here = reverse("admin:providers_providerapikey_delete", args=[provider.keys.get().pk])
    assert as_admin.post(here, {"post": "yes"}).status_code == 302
    assert not provider.keys.exists()
    assert provider.changes.filter(action="key.remove").exists()


def test_it_uses_an_earlier_key_again(as_admin: Client, provider: ApiProvider) -> None:
    from operations.secrets import Secret
    from providers import services

    first = provider.keys.get()
    services.set_key(provider=provider, key=Secret("sk-other-key-000"), by=None, address=None)
    data = {"action": "activate", "_selected_action": [first.pk]}
    as_admin.post("/admin/providers/providerapikey/", data)
    first.refresh_from_db()
    assert first.is_active


def test_it_uses_one_key_of_a_provider_at_most(as_admin: Client, provider: ApiProvider) -> None:
    from operations.secrets import Secret
    from providers import services

    services.set_key(provider=provider, key=Secret("sk-other-key-000"), by=None, address=None)
    in_use = provider.keys.get(is_active=True)
    data = {"action": "activate", "_selected_action": [key.pk for key in provider.keys.all()]}
    page = as_admin.post("/admin/providers/providerapikey/", data, follow=True)
    assert "Choose one key of a provider." in page.content.decode()
    assert provider.keys.get(is_active=True) == in_use


@pytest.mark.parametrize("model", ["providercall", "providerhealth", "providerchange"])
def test_it_lets_nobody_write_what_was_recorded(as_admin: Client, model: str) -> None:
    assert as_admin.get(f"/admin/providers/{model}/add/").status_code == 403
