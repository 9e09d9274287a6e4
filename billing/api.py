"""The JSON API for administrators about users and their daily limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Count
from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_access import ADMINISTRATORS
from accounts.models import User
from billing.models import LimitOverride
from operations.api_lists import PageNumber, PageOf, PageSize, Row, page_of

router = Router(tags=["admin"], auth=ADMINISTRATORS)
Email = Annotated[str | None, Query(max_length=254, description="of one user, whole")]


class UserLine(Row):
    """A user, and how many submissions of theirs are kept."""

    id: int
    email: str
    name: str
    role: User.Role
    is_active: bool
    submission_count: int
    created_at: datetime


class Override(BaseModel):
    """A daily limit of one user's own."""

    user: str
    daily_submissions: int | None = Field(description="null is without limit")
    reason: str
    updated_at: datetime


@router.get("/getUsers", operation_id="admin.getUsers", response=PageOf[UserLine])
def get_users(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    role: Annotated[User.Role | None, Query()] = None,
    email: Email = None,
) -> dict[str, Any]:
    """Everybody who has an account, newest first."""
    rows = User.objects.annotate(submission_count=Count("submissions")).order_by(
        "-created_at", "-id"
    )
    rows = rows.filter(role=role) if role else rows
    rows = rows.filter(email=email.strip().lower()) if email else rows
    return page_of(rows, page, page_size)


@router.get("/getRateLimits", operation_id="admin.getRateLimits", response=PageOf[Override])
def get_rate_limits(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25, user: Email = None
) -> dict[str, Any]:
    """The exceptions to the daily limit, by e-mail address. Everybody else has the general one."""
    rows = LimitOverride.objects.select_related("user").order_by("user__email")
    rows = rows.filter(user__email=user.strip().lower()) if user else rows
    found = page_of(rows, page, page_size)
    return {**found, "items": [_override(row) for row in found["items"]]}


def _override(row: LimitOverride) -> Override:
    return Override(
        user=row.user.email,
        daily_submissions=row.daily_submissions,
        reason=row.reason,
        updated_at=row.updated_at,
    )
