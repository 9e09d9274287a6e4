"""Who acts in the console or through the JSON API, as the services want to know it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.models import User


def who(request: HttpRequest) -> dict[str, Any]:
    """The acting administrator and their address, as the services take them."""
    by = request.user
    assert isinstance(by, User)  # noqa: S101 - both admit nobody else
    return {"by": by, "address": request.META.get("REMOTE_ADDR")}
