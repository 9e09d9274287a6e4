"""Budgets: what a call may cost is set aside before it is made, and settled after it.

All amounts are whole millionths of a US dollar. Everything here runs inside of the transaction that
writes the call's own row, and has no effect the second time. Conditional UPDATEs decide, so that
calls made at the same moment cannot spend the same money twice. What is set aside is an estimate:
if calls in progress cost more than it, a day may end a little over its budget.

A call whose process died leaves its reservation standing, which counts as much as money spent.
When nobody can settle it any more, it becomes money spent: nobody knows, and it may have been paid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from billing.models import Budget, BudgetDay, BudgetReservation
from operations.clock import Now, database_now, next_midnight, now_plus
from operations.prepared import Bind, Select

EVERYTHING, PROVIDER, STEP = "global", "provider", "step"
SLACK = timedelta(hours=1)  # for a call's outcome to be written, beyond the longest call
MOST_AT_ONCE = 200
APPLYING = Select(
    Budget.objects.filter(
        Q(subject=EVERYTHING)
        | Q(subject=Bind(Budget, "subject", called="provider"))
        | Q(subject=Bind(Budget, "subject", called="step"))
    ).order_by("pk"),
    "id",
    "subject",
    "daily_microdollars",
)


class BudgetReached(Exception):
    """A call may not be made; nothing was set aside.

    ``of_provider``: it is a provider's budget that has too little left, for others as well. That is
    not said of a call that alone may cost more than a whole day's budget.
    ``resets_at`` is the UTC midnight that brings a new budget.
    """

    def __init__(
        self, detail: str, *, subject: str, resets_at: datetime, is_too_large: bool = False
    ) -> None:
        super().__init__(detail)
        self.of_provider = subject.startswith(f"{PROVIDER}:") and not is_too_large
        self.resets_at = resets_at


class PriceUnknown(Exception):
    """A budget applies to a call whose price nobody knows, so that it cannot be kept."""


def subject_of_provider(provider_id: int) -> str:
    """What a budget of this provider is set for."""
    return f"{PROVIDER}:{provider_id}"


def subject_of_step(step: str) -> str:
    """What a budget of this step is set for."""
    return f"{STEP}:{step}"


def reserve(
    call_id: UUID,
    *,
    provider_id: int,
    step: str,
    estimate: Callable[[], int | None],
    longest_seconds: float,
) -> bool:
    """Set aside what a call may cost in each budget that applies; False if there is none.

    ``estimate`` is asked only if there is one. One statement while no budget applies. Raises
    BudgetReached or PriceUnknown; then the transaction is to be given up.
    """
    applying = APPLYING.all(provider=subject_of_provider(provider_id), step=subject_of_step(step))
    if not applying:
        return False
    amount = estimate()
    if amount is None:
        raise PriceUnknown(f"A budget for {applying[0]['subject']} is set, but no price is known.")
    now = database_now()
    limits = {budget["id"]: budget for budget in applying}
    rows = sorted(_days(limits, now.date()), key=lambda row: row.pk)
    for row in rows:
        _set_aside(row, limits[row.budget_id], amount, now)
    expires_at = now_plus(timedelta(seconds=longest_seconds) + SLACK)
    BudgetReservation.objects.bulk_create(
        BudgetReservation(day=row, call_id=call_id, microdollars=amount, expires_at=expires_at)
        for row in rows
    )
    return True


def settle(call_id: UUID, cost: int | None) -> None:
    """The call cost this much; None: nobody knows, so what was set aside counts as spent."""
    for row in _reservations(call_id):
        _end(row, cost=row.microdollars if cost is None else cost, calls=1)


def release(call_id: UUID) -> None:
    """The call cost nothing: give back what was set aside."""
    for row in _reservations(call_id):
        _end(row, cost=0, calls=0)


def settle_expired() -> int:
    """Count as spent what was set aside for calls of which nobody will tell; returns how many."""
    expired = BudgetReservation.objects.filter(expires_at__lt=Now()).order_by("day_id")
    return sum(_give_up(row) for row in expired[:MOST_AT_ONCE])


@transaction.atomic
def _give_up(row: BudgetReservation) -> bool:
    return _end(row, cost=row.microdollars, calls=1, unsettled=1)


def _days(budgets: Iterable[int], day: date) -> list[BudgetDay]:
    """The day's row of each of these budgets, made where it is missing."""
    found = {row.budget_id: row for row in BudgetDay.objects.filter(budget__in=budgets, day=day)}
    for missing in sorted(set(budgets) - found.keys()):
        found[missing], _ = BudgetDay.objects.get_or_create(budget_id=missing, day=day)
    return list(found.values())


def _set_aside(row: BudgetDay, budget: dict[str, Any], amount: int, now: datetime) -> None:
    limit = budget["daily_microdollars"]
    taken = BudgetDay.objects.alias(total=F("spent") + F("reserved"))
    fits = taken.filter(pk=row.pk, total__lte=limit - amount) if limit >= amount else None
    if fits is None or not fits.update(reserved=F("reserved") + amount):
        raise BudgetReached(
            f"The budget for {budget['subject']} on {now:%Y-%m-%d} is {_dollars(limit)}, of which "
            f"{_dollars(row.spent + row.reserved)} are spent or set aside; the call may cost "
            f"{_dollars(amount)}.",
            subject=budget["subject"],
            resets_at=next_midnight(now),
            is_too_large=amount > limit,
        )


def _reservations(call_id: UUID) -> list[BudgetReservation]:
    """In the order in which days are locked everywhere."""
    return list(BudgetReservation.objects.filter(call_id=call_id).order_by("day_id"))


def _end(row: BudgetReservation, *, cost: int, calls: int, unsettled: int = 0) -> bool:
    """Whoever deletes the reservation moves its money."""
    gone, _ = BudgetReservation.objects.filter(pk=row.pk).delete()
    if gone:
        BudgetDay.objects.filter(pk=row.day_id).update(
            reserved=F("reserved") - row.microdollars,
            spent=F("spent") + cost,
            calls=F("calls") + calls,
            unsettled=F("unsettled") + unsettled,
        )
    return bool(gone)


def _dollars(microdollars: int) -> str:
    return f"${microdollars / 1_000_000:,.6f}".rstrip("0").rstrip(".")
