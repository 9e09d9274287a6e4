"""The JSON API for administrators about users and their daily limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from accounts.api_access import ADMINISTRATORS, CHANGING_ADMINISTRATORS
from accounts.models import User
from billing import overrides
from billing.limits import daily_limit
from billing.models import LimitOverride
from operations.api_lists import (
    Email,
    PageNumber,
    PageOf,
    PageSize,
    Row,
    RowId,
    WrittenAsNumber,
    page_of,
)
from operations.problems import Problem

router = Router(tags=["admin"], auth=ADMINISTRATORS)


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


class NewLimit(BaseModel):
    """A daily limit of one user's own, or with ``remove`` none any more."""

    model_config = ConfigDict(extra="forbid")

    id: RowId = Field(description="the user's, which admin.getUsers tells")
    daily_submissions: Annotated[int, Field(ge=0, le=2**31 - 1), WrittenAsNumber] | None = Field(
        None, description="null is without limit; to be sent unless remove is true"
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    remove: StrictBool = False


class Limit(BaseModel):
    """What counts for a user from the next submission on."""

    user: str
    daily_submissions: int | None = Field(description="null is without limit")
    override: Override | None = Field(description="null where the plan's or general one counts")


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


@router.post(
    "/updateUserRateLimit",
    operation_id="admin.updateUserRateLimit",
    auth=CHANGING_ADMINISTRATORS,
    response={200: Limit, (404, 422): Problem},
)
def update_user_rate_limit(request: HttpRequest, sent: NewLimit) -> Limit:
    """Give a user a daily limit of their own, change it, or remove it."""
    if sent.remove == ("daily_submissions" in sent.model_fields_set):
        raise ValidationError("Send either daily_submissions or remove.")
    user = get_object_or_404(User, pk=sent.id)
    if sent.remove:
        overrides.remove_override(user=user)
        return _limit(user, None)
    limit = sent.daily_submissions
    return _limit(
        user, overrides.set_override(user=user, daily_submissions=limit, reason=sent.reason)
    )


def _limit(user: User, row: LimitOverride | None) -> Limit:
    return Limit(
        user=user.email,
        daily_submissions=daily_limit(user),
        override=_override(row) if row else None,
    )


def _override(row: LimitOverride) -> Override:
    return Override(
        user=row.user.email,
        daily_submissions=row.daily_submissions,
        reason=row.reason,
        updated_at=row.updated_at,
    )
