"""The providers' own record of what was changed or done, by whom and from where."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from operations import audit
from providers.models import ApiProvider, ProviderChange


def note(
    provider: ApiProvider,
    action: str,
    by: User | None,
    address: str | None,
    details: dict[str, Any],
) -> None:
    """Add one entry; in the transaction of what it tells."""
    ProviderChange.objects.create(
        provider=provider,
        provider_name=provider.name,
        action=action,
        details=details,
        actor=by,
        address=address or None,
        request_id=audit.request_id() or "",
    )
