"""Periodic probes: only when due, within the budget, once however many look, and no audit noise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from operations import runtime_config
from operations.models import AuditEntry
from providers import checks, probes, services
from providers.adapters import ModelInfo
from providers.models import ApiProvider, ProviderCall, ProviderHealth

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=30)


def rest(provider: ApiProvider, age: timedelta = LONG_AGO, **more: Any) -> None:
    """Let the last check and probe of a provider be some time ago."""
    then = timezone.now() - age
    fields = {"checked_at": then, "probed_at": then, **more}
    ApiProvider.objects.filter(pk=provider.pk).update(**fields)


def call(provider: ApiProvider, state: str, age: timedelta = timedelta(seconds=20)) -> None:
    ProviderCall.objects.create(
        provider=provider,
        provider_name=provider.name,
        model="m",
        state=state,
        started_at=timezone.now() - age,
    )


def tested(provider: ApiProvider) -> None:
    services.test_connection(provider=provider, by=None, address=None)


def test_it_probes_an_enabled_provider_and_keeps_the_outcome(provider: ApiProvider) -> None:
    assert probes.run_due(5) == 1
    provider.refresh_from_db()
    row = provider.health_history.get()
    assert (row.ok, row.source) == (True, ProviderHealth.Source.PROBE)
    assert provider.status == ApiProvider.Status.CONNECTED


def test_it_notes_a_failure_as_the_status(provider: ApiProvider, settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = []
    probes.run_due(1)
    provider.refresh_from_db()
    assert provider.status == ApiProvider.Status.FAILED
    assert provider.last_error


def test_it_writes_no_audit_entry(provider: ApiProvider) -> None:
    before = (provider.changes.count(), AuditEntry.objects.count())
    probes.run_due(1)
    assert (provider.changes.count(), AuditEntry.objects.count()) == before


def test_it_leaves_disabled_providers_alone(provider: ApiProvider) -> None:
    services.toggle_provider(provider=provider, enabled=False, by=None, address=None)
    assert probes.run_due(1) == 0


def test_it_leaves_a_new_provider_without_a_key_alone(
    make_provider: Callable[..., ApiProvider],
) -> None:
    make_provider(key="")
    assert probes.run_due(1) == 0


def test_it_does_nothing_while_the_interval_is_0(provider: ApiProvider) -> None:
    runtime_config.change("provider_health_interval", "0")
    assert probes.run_due(1) == 0


def test_it_waits_for_the_interval_after_a_probe(provider: ApiProvider) -> None:
    assert [probes.run_due(1), probes.run_due(1)] == [1, 0]


def test_it_waits_for_the_interval_after_a_test_by_hand(provider: ApiProvider) -> None:
    tested(provider)
    assert probes.run_due(1) == 0


def test_it_probes_again_when_the_interval_is_over(provider: ApiProvider) -> None:
    probes.run_due(1)
    rest(provider, timedelta(seconds=301))
    assert probes.run_due(1) == 1


def test_it_stops_when_the_probes_of_the_day_are_used(provider: ApiProvider) -> None:
    runtime_config.change("provider_probes_per_day", "2")
    made = []
    for _ in range(4):
        made.append(probes.run_due(1))
        rest(provider, timedelta(hours=1))
    assert made == [1, 1, 0, 0]


def test_it_has_a_new_budget_on_the_next_day(provider: ApiProvider) -> None:
    runtime_config.change("provider_probes_per_day", "2")
    rest(provider, probes_since=timezone.now() - timedelta(hours=25), probes_used=2)
    assert probes.run_due(1) == 1
    provider.refresh_from_db()
    assert provider.probes_used == 1
    assert provider.probes_since is not None
    assert timezone.now() - provider.probes_since < timedelta(minutes=1)


def test_it_spares_a_provider_whose_real_calls_succeed(provider: ApiProvider) -> None:
    tested(provider)
    rest(provider)
    call(provider, ProviderCall.State.SUCCEEDED)
    assert probes.run_due(1) == 0


@pytest.mark.parametrize(
    ("state", "age"),
    [(ProviderCall.State.FAILED, 20), (ProviderCall.State.INTENT, 20), ("succeeded", 400)],
)
def test_it_probes_when_no_real_call_succeeded_lately(
    provider: ApiProvider, state: str, age: int
) -> None:
    tested(provider)
    rest(provider)
    call(provider, state, timedelta(seconds=age))
    assert probes.run_due(1) == 1


def test_it_mends_a_failed_status_although_real_calls_succeed(provider: ApiProvider) -> None:
    rest(provider, status=ApiProvider.Status.FAILED)
    call(provider, ProviderCall.State.SUCCEEDED)
    probes.run_due(1)
    provider.refresh_from_db()
    assert provider.status == ApiProvider.Status.CONNECTED


def test_it_begins_with_the_one_that_waited_longest(
    make_provider: Callable[..., ApiProvider],
) -> None:
    first, second = make_provider("A"), make_provider("B")
    rest(first, timedelta(hours=1))
    rest(second, timedelta(hours=2))
    claimed = probes.claim()
    assert claimed == second


def test_it_lets_one_of_several_claims_succeed(provider: ApiProvider) -> None:
    interval = timedelta(seconds=300)
    looked = [probes._due(interval, 10).filter(pk=provider.pk) for _ in range(3)]
    assert [probes._claimed(each) for each in looked] == [True, False, False]


def test_it_waits_outside_of_transactions_and_lanes(
    provider: ApiProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_lane, waited = [], []

    def lane(work: Callable[..., Any], *args: Any) -> Any:
        in_lane.append(True)
        try:
            return work(*args)
        finally:
            in_lane.pop()

    class Adapter:
        def list_models(self, endpoint: object, seconds: float) -> list[ModelInfo]:
            waited.append((len(in_lane), len(connection.savepoint_ids)))
            return []

    for module in (probes, checks):
        monkeypatch.setattr(module, "in_database", lane)
    monkeypatch.setattr(checks, "adapter_for", lambda kind: Adapter())
    probes.run_due(1)
    assert waited == [(0, len(connection.savepoint_ids))]


def test_it_says_nothing_of_an_address_that_was_changed_meanwhile(
    provider: ApiProvider,
) -> None:
    provider.refresh_from_db()
    outcome = checks.ask(provider, 5)
    services.change_provider(
        provider=provider, base_url=f"{provider.base_url}/x", by=None, address=None
    )
    checks.keep(provider, outcome, ProviderHealth.Source.PROBE)
    provider.refresh_from_db()
    assert provider.status == ApiProvider.Status.UNTESTED
    assert provider.health_history.count() == 1


def test_it_keeps_nothing_of_a_provider_that_was_deleted_meanwhile(provider: ApiProvider) -> None:
    provider.refresh_from_db()
    outcome = checks.ask(provider, 5)
    gone = ApiProvider.objects.get(pk=provider.pk)
    services.delete_provider(provider=gone, by=None, address=None)
    assert checks.keep(provider, outcome, ProviderHealth.Source.PROBE).pk is None


def test_it_tests_the_stored_address_and_never_an_edited_one(provider: ApiProvider) -> None:
    provider.base_url = "http://127.0.0.1:9/v1"
    tested(provider)
    assert provider.health_history.get().ok


def test_it_purges_history_that_is_old(provider: ApiProvider) -> None:
    tested(provider)
    tested(provider)
    oldest = provider.health_history.last()
    assert oldest is not None
    ProviderHealth.objects.filter(pk=oldest.pk).update(
        checked_at=timezone.now() - timedelta(days=31)
    )
    assert checks.purge_old() == 1
    assert provider.health_history.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"enabled": False}, "it is disabled"),
        ({}, "300 seconds after its last check"),
        ({"probes_used": 288, "probes_since": timezone.now()}, "any more today"),
    ],
)
def test_it_says_when_a_provider_is_probed(
    provider: ApiProvider, changes: dict[str, Any], said: str
) -> None:
    ApiProvider.objects.filter(pk=provider.pk).update(**changes)
    provider.refresh_from_db()
    assert said in probes.plan_of(provider)


def test_it_says_that_probes_are_off(provider: ApiProvider) -> None:
    runtime_config.change("provider_health_interval", "0")
    assert "provider_health_interval is 0" in probes.plan_of(provider)


def test_it_says_that_a_key_is_missing(make_provider: Callable[..., ApiProvider]) -> None:
    assert "until it has a key" in probes.plan_of(make_provider(key=""))
