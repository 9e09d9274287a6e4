"""What recurs: planned once, changed by administrators for good, with outcomes that are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from accounts.models import User
from operations.clock import now_plus
from operations.retention import KEEP_OUTCOMES
from pipeline import periodic, presence
from pipeline.heartbeat import Heartbeat
from pipeline.models import IdempotencyKey, Worker
from pipeline.services import submit
from providers import services
from providers.models import ApiProvider, ProviderHealth

pytestmark = pytest.mark.django_db


def outcome(task_id: str, age: timedelta) -> None:
    TaskResult.objects.create(task_id=task_id)
    TaskResult.objects.filter(task_id=task_id).update(date_done=timezone.now() - age)


def session(key: str, left: timedelta) -> None:
    Session.objects.create(session_key=key, expire_date=timezone.now() + left)


def test_it_plans_what_must_recur() -> None:
    periodic.plan()
    assert set(PeriodicTask.objects.values_list("name", "task")) == {
        ("Sweep", "pipeline.sweep"),
        ("Erasures", "accounts.erase"),
        ("Webhooks", "webhooks.deliver"),
        ("Provider probes", "providers.probe"),
        ("Nightly purge", "maintenance.purge"),
        ("Nightly reconciliation", "maintenance.reconcile"),
    }


def test_it_plans_only_tasks_that_exist() -> None:
    periodic.plan()
    assert set(PeriodicTask.objects.values_list("task", flat=True)) <= set(current_app.tasks)


def test_it_keeps_what_administrators_changed() -> None:
    periodic.plan()
    seldom = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    PeriodicTask.objects.filter(name="Sweep").update(interval=seldom, enabled=False)
    periodic.plan()
    sweep = PeriodicTask.objects.get(name="Sweep")
    assert (sweep.interval, sweep.enabled) == (seldom, False)


def test_it_purges_expired_sessions_and_old_outcomes_only() -> None:
    session("over", timedelta(seconds=-5))
    session("valid", timedelta(hours=1))
    outcome("old", KEEP_OUTCOMES + timedelta(hours=1))
    outcome("recent", KEEP_OUTCOMES - timedelta(hours=1))
    purged = periodic.purge()
    assert (purged["sessions"], purged["outcomes"]) == (1, 1)
    assert Session.objects.get().session_key == "valid"
    assert TaskResult.objects.get().task_id == "recent"


def test_it_purges_keys_that_no_longer_count(alice: User) -> None:
    submit(user=alice, code="x", language="python", idempotency_key="old")
    IdempotencyKey.objects.update(created_at=now_plus(timedelta(hours=-25)))
    assert periodic.purge()["idempotency_keys"] == 1


def test_it_keeps_the_outcome_of_maintenance_and_none_of_jobs() -> None:
    kept = {name for name, task in current_app.tasks.items() if not task.ignore_result}
    assert {name for name in kept if not name.startswith("celery.")} == {
        "maintenance.purge",
        "maintenance.reconcile",
    }


def test_it_forgets_workers_that_vanished_long_ago() -> None:
    presence.report("gone", kind="pool", slots=1, in_flight=0)
    Worker.objects.update(seen_at=timezone.now() - presence.FORGET_AFTER * 2)
    presence.report("here", kind="pool", slots=1, in_flight=0)
    presence.forget_vanished()
    assert Worker.objects.get().owner == "here"


def test_it_knows_whether_this_host_is_alive() -> None:
    with pytest.raises(CommandError):
        call_command("is_alive")
    presence.report(Heartbeat().owner, kind="celery", slots=1, in_flight=0)
    call_command("is_alive")


def test_it_probes_providers_that_are_due() -> None:
    provider = services.add_provider(
        name="P", base_url="https://api.example.com/v1", auth_type="none", by=None, address=None
    )
    ApiProvider.objects.filter(pk=provider.pk).update(base_url="https://10.0.0.1/v1")
    periodic.probe()
    assert [check.error for check in provider.health_history.all()] == ["address-refused"]


def test_it_purges_old_checks_of_providers() -> None:
    provider = services.add_provider(
        name="P", base_url="https://api.example.com/v1", by=None, address=None
    )
    old = timezone.now() - timedelta(days=31)
    ProviderHealth.objects.create(provider=provider, checked_at=old, ok=True, latency_ms=1)
    assert periodic.purge()["provider_health"] == 1
