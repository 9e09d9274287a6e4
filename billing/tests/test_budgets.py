"""Budgets: money is set aside before a call, settled after it, and never spent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from billing import budgets, observed
from billing.budgets import BudgetReached, PriceUnknown
from billing.models import Budget, BudgetDay, BudgetReservation
from operations.clock import database_now, next_midnight, now_plus

pytestmark = pytest.mark.django_db


def set_budget(subject: str = "global", limit: int = 100) -> Budget:
    return Budget.objects.create(subject=subject, daily_microdollars=limit)


@transaction.atomic
def reserve(amount: int | None = 60, call_id: UUID | None = None, provider_id: int = 7) -> UUID:
    call_id = call_id or uuid4()
    budgets.reserve(
        call_id,
        provider_id=provider_id,
        step="forensic",
        estimate=lambda: amount,
        longest_seconds=10.0,
    )
    return call_id


def money(budget: Budget) -> tuple[int, int]:
    """Reserved and spent."""
    row = BudgetDay.objects.get(budget=budget)
    return row.reserved, row.spent


def test_it_costs_one_statement_while_no_budget_applies() -> None:
    set_budget("provider:8")
    set_budget("step:quality")
    with CaptureQueriesContext(connection) as captured:
        held = budgets.reserve(
            uuid4(), provider_id=7, step="forensic", estimate=lambda: 5, longest_seconds=1
        )
    assert (held, len(captured)) == (False, 1)


def test_it_sets_aside_and_settles_at_what_it_cost() -> None:
    budget = set_budget()
    call = reserve(60)
    assert money(budget) == (60, 0)
    budgets.settle(call, 45)
    assert money(budget) == (0, 45)
    assert not BudgetReservation.objects.exists()


def test_it_refuses_what_does_not_fit_any_more() -> None:
    budget = set_budget()
    reserve(60)
    with pytest.raises(BudgetReached) as refused:
        reserve(41)
    assert refused.value.resets_at == next_midnight(database_now())
    assert "$0.0001" in str(refused.value)
    assert money(budget) == (60, 0)
    reserve(40)


def test_it_gives_back_what_a_free_failure_had_set_aside() -> None:
    budget = set_budget()
    budgets.release(reserve(100))
    assert money(budget) == (0, 0)
    reserve(100)


def test_it_counts_an_unknown_cost_at_what_was_set_aside() -> None:
    budget = set_budget()
    budgets.settle(reserve(60), None)
    assert money(budget) == (0, 60)


def test_it_settles_once_however_often_it_is_told() -> None:
    budget = set_budget()
    call = reserve(60)
    for _ in range(2):
        budgets.settle(call, 45)
    budgets.release(call)
    assert money(budget) == (0, 45)


@pytest.mark.parametrize("subject", ["global", "provider:7", "step:forensic"])
def test_it_asks_every_budget_that_applies(subject: str) -> None:
    wide = [set_budget(each, 10_000) for each in ("global", "provider:7", "step:forensic")]
    reserve(60)
    Budget.objects.filter(subject=subject).update(daily_microdollars=100)
    with pytest.raises(BudgetReached) as refused:
        reserve(60)
    assert refused.value.of_provider == (subject == "provider:7")
    assert not BudgetDay.objects.filter(budget__in=wide).exclude(reserved=60).exists()


def test_it_counts_each_provider_alone() -> None:
    set_budget("provider:7")
    reserve(100)
    reserve(100, provider_id=8)


def test_it_refuses_a_call_whose_price_nobody_knows() -> None:
    set_budget()
    with pytest.raises(PriceUnknown):
        reserve(None)


def test_it_allows_what_costs_nothing_even_when_nothing_is_left() -> None:
    budget = set_budget(limit=0)
    reserve(0)
    assert money(budget) == (0, 0)


def test_it_lets_a_changed_budget_count_at_once() -> None:
    budget = set_budget(limit=10)
    budget.daily_microdollars = 100
    budget.save()
    reserve(60)


def test_it_counts_as_spent_what_nobody_will_tell_of() -> None:
    budget = set_budget()
    lost, running = reserve(60), reserve(10)
    BudgetReservation.objects.filter(call_id=lost).update(
        expires_at=now_plus(-timedelta(seconds=1))
    )
    assert (budgets.settle_expired(), budgets.settle_expired()) == (1, 0)
    assert money(budget) == (10, 60)
    assert BudgetDay.objects.get().unsettled == 1
    budgets.settle(lost, 1)
    budgets.settle(running, 10)
    assert money(budget) == (0, 70)


def test_it_begins_anew_on_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    set_budget()
    reserve(100)
    tomorrow = next_midnight(database_now())
    monkeypatch.setattr(budgets, "database_now", lambda: tomorrow)
    reserve(100)
    assert BudgetDay.objects.count() == 2


def test_it_is_seen_in_the_metrics() -> None:
    set_budget(limit=2_000_000)
    reserve(500_000)
    (metric,) = observed.metrics()
    assert {s.labels["of"]: s.value for s in metric.samples} == {
        "limit": 2.0,
        "spent": 0.0,
        "reserved": 0.5,
    }


@pytest.mark.django_db(transaction=True)
def test_it_never_spends_the_same_money_twice() -> None:
    budget = set_budget(limit=100)
    BudgetDay.objects.create(budget=budget, day=database_now().date())

    def attempt(_: int) -> bool:
        try:
            reserve(30)
        except BudgetReached:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(attempt, range(24)))
    assert (sum(admitted), money(budget)) == (3, (90, 0))


@pytest.mark.parametrize(("amount", "tells"), [(100, True), (101, False)])
def test_it_says_nothing_of_the_budget_when_one_call_is_too_large_for_a_day(
    amount: int, tells: bool
) -> None:
    set_budget("provider:7")
    reserve(60)
    with pytest.raises(BudgetReached) as refused:
        reserve(amount)
    assert refused.value.of_provider is tells
