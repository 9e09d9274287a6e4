"""Who did what: actions without a changed model of their own, and the id that ties entries."""

from __future__ import annotations

from typing import Any

import structlog
from auditlog.context import auditlog_value, disable_auditlog
from auditlog.registry import auditlog
from django.db import models

from operations.models import AuditEntry

# Re-exported so that apps register their models for auditing through one door.
register = auditlog.register
# A block in which changed rows leave no entries: for what the product itself does in bulk.
unrecorded = disable_auditlog


def request_id() -> str | None:
    """The id shared by all audit entries and log lines of one request, or None outside of one."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return str(value) if value else None


def acts(user: models.Model) -> None:
    """Let entries of the request in progress name ``user``, who was found out during it."""
    context = auditlog_value.get(None)
    if context is not None:
        context["actor"] = user


def record(target: models.Model, event: str, **details: Any) -> None:
    """Note an action that changed no field of ``target``: a sign-in, a test, a download.

    ``event`` is a dotted name such as ``job.retry``; ``details`` must be JSON and hold no secret.
    Actor and address come from the request in progress. Join the caller's transaction, so that
    the entry stands if and only if the action does.
    """
    AuditEntry.objects.log_create(
        target,
        force_log=True,
        action=AuditEntry.Action.ACCESS,
        additional_data={"event": event, **details},
    )
