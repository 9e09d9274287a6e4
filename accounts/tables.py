"""What leaves the console about users as a table."""

from __future__ import annotations

from accounts.models import User
from operations.tables import outgoing

USERS = outgoing(
    User,
    {
        name: name
        for name in (
            "id", "email", "name", "role", "is_active", "is_system", "created_at", "last_login",
        )
    },
)  # fmt: skip
