"""What recurs, in the console: it can be sent at once and rescheduled, each with an entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from config.tests.admin_rows import a_periodic_task
from operations.models import AuditEntry
from pipeline import broker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def redis_is_set(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


Publish = Callable[..., bool]


def run_now(client: Client) -> str:
    row = a_periodic_task(1)
    page = client.post(
        reverse("admin:django_celery_beat_periodictask_changelist"),
        {"action": "run_now", "_selected_action": [row.pk]},
        follow=True,
    )
    return page.content.decode()


def test_it_sends_a_task_at_once_with_an_entry(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def publish(task: object, *ids: int) -> bool:
        sent.append(str(getattr(task, "name", "")))
        return True

    monkeypatch.setattr(broker, "publish", publish)
    assert "was sent to the workers" in run_now(as_admin)
    assert sent == ["maintenance.purge"]
    entry = AuditEntry.objects.filter(additional_data__event="task.run").get()
    assert entry.actor is not None


def test_it_says_that_redis_is_away_and_leaves_no_entry(
    as_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "publish", lambda task, *ids: False)
    assert "Redis does not answer" in run_now(as_admin)
    assert not AuditEntry.objects.filter(additional_data__event="task.run").exists()


def test_it_sends_nothing_without_redis(
    as_admin: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(broker, "publish", lambda task, *ids: sent.append(task))
    settings.REDIS_URL = ""
    assert "Nothing was sent: without Redis" in run_now(as_admin)
    assert sent == []


def test_it_writes_no_entry_for_what_beat_notes(as_admin: Client) -> None:
    row = a_periodic_task(1)
    before = AuditEntry.objects.get_for_object(row).count()
    row.total_run_count += 1
    row.save()
    assert AuditEntry.objects.get_for_object(row).count() == before
