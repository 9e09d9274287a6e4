"""The JSON API for administrators about the installation: runtime configuration, audit log, health.

The floor knows no roles: whoever mounts ``reads`` and ``changes`` says who may call them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from operations import audit_reading, health, runtime_config
from operations.api_lists import (
    Day,
    Email,
    PageNumber,
    PageOf,
    PageSize,
    WrittenAsNumber,
    page_of,
    page_of_list,
)
from operations.models import AuditEntry, RuntimeConfig
from operations.problems import Problem
from operations.runtime_config import Parameter, Standing

reads = Router(tags=["admin"])
changes = Router(tags=["admin"])
Value = StrictBool | Annotated[int, WrittenAsNumber]
Name = Annotated[str | None, Query(min_length=1, max_length=60, description="of a parameter")]


class ParameterLine(BaseModel):
    """A parameter and what counts for it now."""

    name: str
    help: str
    value: Value
    default: Value
    minimum: int | None = Field(description="null for what is on (true) or off (false)")
    maximum: int | None
    revision: int = Field(description="of the newest change; 0 while nobody made one")


class NewValue(BaseModel):
    """Another value for a parameter."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    value: Value
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    seen: Annotated[int, Field(ge=0, le=2**31 - 1), WrittenAsNumber] | None = Field(
        None, description="the revision that this answers to; it is refused if a newer one stands"
    )


class Revision(BaseModel):
    """One change of a parameter."""

    name: str
    revision: int
    before: Any
    value: Any
    reason: str
    by: str | None
    created_at: datetime


class AuditLine(BaseModel):
    """Who did what to what."""

    id: int
    at: datetime
    actor: str | None = Field(description="null for commands and the system")
    action: str
    object_type: str = Field(description="such as accounts.user")
    object_id: str
    object: str
    changes: dict[str, Any] = Field(description="by field: before and after")
    details: dict[str, Any]
    address: str | None
    request_id: str | None


class SystemHealth(BaseModel):
    """What /health tells with details."""

    status: health.State
    version: str
    checks: dict[str, dict[str, Any]] = Field(description="each with its status and facts")


@reads.get(
    "/getRuntimeConfig", operation_id="admin.getRuntimeConfig", response=PageOf[ParameterLine]
)
def get_runtime_config(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25
) -> dict[str, Any]:
    """Every parameter with its bounds and what counts now, by name."""
    rows = [_parameter(standing) for standing in runtime_config.standings()]
    return page_of_list(rows, page, page_size)


@changes.post(
    "/updateRuntimeConfig",
    operation_id="admin.updateRuntimeConfig",
    response={200: Revision, (404, 409, 422): Problem},
)
def update_runtime_config(request: HttpRequest, sent: NewValue) -> Revision:
    """Let another value count from now on, everywhere. Earlier revisions are kept."""
    by = cast(AbstractBaseUser, request.user)
    saved = runtime_config.change(
        sent.name, Parameter.spoken(sent.value), by=by, reason=sent.reason, seen=sent.seen
    )
    return _revision(saved)


@reads.get(
    "/getConfigHistory",
    operation_id="admin.getConfigHistory",
    response={200: PageOf[Revision], 404: Problem},
)
def get_config_history(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25, name: Name = None
) -> dict[str, Any]:
    """The revisions of one parameter or of all, newest first; also of those no longer used."""
    rows = RuntimeConfig.objects.select_related("created_by")
    rows = rows.filter(name=name) if name else rows
    known = {parameter.name for parameter in runtime_config.parameters()}
    if name and name not in known and not rows.exists():
        raise Http404(f"There is no parameter named {name}.")
    found = page_of(rows, page, page_size)
    return {**found, "items": [_revision(row) for row in found["items"]]}


@reads.get(
    "/getAuditLogs",
    operation_id="admin.getAuditLogs",
    response={200: PageOf[AuditLine], 422: Problem},
)
def get_audit_logs(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    actor: Email = None,
    action: Annotated[str | None, Query(max_length=100, description="such as job.retry")] = None,
    object_type: Annotated[str | None, Query(description="such as accounts.user")] = None,
    object_id: Annotated[str | None, Query(max_length=255)] = None,
    since: Annotated[Day | None, Query(description="first UTC day")] = None,
    until: Annotated[Day | None, Query(description="last UTC day")] = None,
) -> dict[str, Any]:
    """The audit log, newest first. ``action`` is created, updated, deleted or an event's name."""
    rows = audit_reading.entries(
        actor=actor, action=action, object_type=object_type, object_id=object_id,
        since=since, until=until,
    )  # fmt: skip
    found = page_of(rows, page, page_size)
    return {**found, "items": [_entry(row) for row in found["items"]]}


@reads.get("/getSystemHealth", operation_id="admin.getSystemHealth", response=SystemHealth)
def get_system_health(request: HttpRequest) -> dict[str, Any]:
    """How database, Redis, workers, queue and providers are, as /health tells it with details."""
    return health.described(health.report())


def _parameter(standing: Standing) -> ParameterLine:
    known = standing.parameter
    return ParameterLine(
        name=known.name,
        help=known.help,
        value=standing.value,
        default=known.default,
        minimum=None if known.is_switch else known.minimum,
        maximum=None if known.is_switch else known.maximum,
        revision=standing.revision,
    )


def _revision(row: RuntimeConfig) -> Revision:
    return Revision(
        name=row.name,
        revision=row.revision,
        before=row.before,
        value=row.value,
        reason=row.reason,
        by=row.created_by.get_username() if row.created_by else None,
        created_at=row.created_at,
    )


def _entry(row: AuditEntry) -> AuditLine:
    return AuditLine(
        id=row.pk,
        at=row.timestamp,
        actor=audit_reading.actor_of(row),
        action=audit_reading.action_of(row),
        object_type=audit_reading.kind_of(row),
        object_id=str(row.object_pk),
        object=row.object_repr,
        changes=row.changes or {},
        details=row.additional_data or {},
        address=row.remote_addr,
        request_id=row.cid,
    )
