"""Without Celery, pools reconcile usage themselves, once a day, and keep what came of it."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError
from django_celery_results.models import TaskResult
from pytest_django.fixtures import Settings

from accounts.models import User
from billing.models import DailyUsage
from operations.clock import database_now
from pipeline import daily, reconciliation
from pipeline.tests.priced import queued, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_redis(settings: Settings) -> None:
    settings.REDIS_URL = ""


def outcome() -> TaskResult:
    return TaskResult.objects.get(task_name=daily.NAME)


def test_it_keeps_the_verdict_beside_the_outcomes_of_tasks(alice: User) -> None:
    run(queued(alice))
    assert daily.reconcile_once_a_day()
    assert outcome().status == "SUCCESS"
    assert json.loads(outcome().result)["verdict"] == "agrees"


def test_it_keeps_that_usage_differs(alice: User) -> None:
    DailyUsage.objects.create(user=alice, day=database_now().date(), cost_microdollars=5)
    daily.reconcile_once_a_day()
    assert json.loads(outcome().result)["verdict"] == "DIFFERS"


def test_it_is_done_once_a_day() -> None:
    daily.reconcile_once_a_day()
    assert not daily.reconcile_once_a_day()
    assert TaskResult.objects.count() == 1


def test_it_is_done_again_on_another_day() -> None:
    daily.reconcile_once_a_day()
    TaskResult.objects.update(task_id="maintenance.reconcile-2026-03-01")
    assert daily.reconcile_once_a_day()


def test_it_is_left_to_celery_where_there_is_a_broker(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not daily.reconcile_once_a_day()


def test_it_keeps_a_failure_as_the_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("of unknown form")

    monkeypatch.setattr(reconciliation, "reconcile_and_tell", broken)
    daily.reconcile_once_a_day()
    assert outcome().status == "FAILURE"
    assert "of unknown form" in outcome().traceback


def test_it_tries_again_after_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("gone away")

    monkeypatch.setattr(reconciliation, "reconcile_and_tell", away)
    with pytest.raises(OperationalError):
        daily.reconcile_once_a_day()
    monkeypatch.undo()
    assert daily.reconcile_once_a_day()
