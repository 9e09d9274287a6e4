"""The JSON API about the person who calls it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.contrib.auth import logout
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Status
from pydantic import BaseModel, Field

from accounts.api_access import ANYBODY

router = Router(tags=["auth"])


class Person(BaseModel):
    """A user."""

    email: str
    name: str
    role: Literal["user", "admin"]
    created_at: datetime


class Me(BaseModel):
    """Who calls, and what a session needs to change something."""

    user: Person | None = Field(description="null for visitors")
    csrf_token: str = Field(description="to be sent as X-CSRFToken with every POST of a session")


@router.get("/me", operation_id="auth.me", response=Me, auth=ANYBODY)
def me(request: HttpRequest) -> Me:
    """Who is signed in; null for visitors."""
    user = request.user
    person = Person.model_validate(user, from_attributes=True) if user.is_authenticated else None
    return Me(user=person, csrf_token=get_token(request))


@router.post("/logout", operation_id="auth.logout", response={204: None}, auth=ANYBODY)
def sign_out(request: HttpRequest) -> Status[None]:
    """End this session on the server. Visitors have none, and are told nothing else."""
    logout(request)
    return Status(204, None)
