"""The budgets of administrators as the guard that the providers' door asks before every call."""

from __future__ import annotations

from uuid import UUID

from billing import budgets
from providers import errors
from providers.types import Planned


class BudgetGuard:
    """Remembers for which calls something was set aside: the others cost no statement later."""

    def __init__(self) -> None:
        self._held: set[UUID] = set()

    def reserve(self, planned: Planned) -> None:
        """Raises BudgetExhausted."""
        try:
            held = budgets.reserve(
                planned.call_id,
                provider_id=planned.provider_id,
                step=planned.step,
                estimate=planned.estimate,
                longest_seconds=planned.longest_seconds,
            )
        except budgets.BudgetReached as reached:
            raise errors.BudgetExhausted(str(reached), of_provider=reached.of_provider) from None
        except budgets.PriceUnknown as unknown:
            what = f"{planned.provider} / {planned.model}: {unknown}"
            raise errors.PriceUnknown(f"{what} Set the model's prices in the console.") from None
        if held:
            self._held.add(planned.call_id)

    def settle(self, call_id: UUID, cost: int | None) -> None:
        if call_id in self._held:
            budgets.settle(call_id, cost)

    def release(self, call_id: UUID) -> None:
        if call_id in self._held:
            budgets.release(call_id)
