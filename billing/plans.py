"""The names of plans, for those who decide by them."""

from __future__ import annotations

from accounts.models import User
from billing.models import NO_PLAN, Plan


def names() -> list[str]:
    """The name that stands for no plan, then those of all plans."""
    return [NO_PLAN, *Plan.objects.order_by("name").values_list("name", flat=True)]


def name_of(user: User) -> str:
    """The name of the user's plan, or the one that stands for none."""
    found = Plan.objects.filter(members__user=user).values_list("name", flat=True).first()
    return found or NO_PLAN
