"""What this app stores about people, for their export and their erasure (operations.privacy)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from billing.models import DailyUsage, LimitOverride, Membership
from operations import privacy


def register() -> None:
    """Make it known."""
    privacy.register(USAGE)


def _usage(user: User) -> Iterator[dict[str, Any]]:
    for membership in Membership.objects.filter(user=user).select_related("plan"):
        yield {"plan": membership.plan.name, "since": membership.updated_at}
    for override in LimitOverride.objects.filter(user=user):
        yield {"limit_override": privacy.fields_of(override)}
    for day in DailyUsage.objects.filter(user=user).iterator():
        yield privacy.fields_of(day)


USAGE = privacy.Holding(
    name="usage",
    title="Your plan and limits, and what each of your days used and cost",
    models=(DailyUsage, LimitOverride, Membership),
    export=_usage,
    kept=lambda: "as long as the account",
    at_erasure="deleted; what calls of models cost stays in sum, without saying whose they were",
)
