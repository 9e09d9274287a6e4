"""The JSON API for administrators about providers. Keys go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from accounts.api_access import ADMINISTRATORS, CHANGING_ADMINISTRATORS
from operations.api_lists import PageNumber, PageOf, PageSize, Row, RowId, page_of
from operations.problems import Problem
from operations.secrets import Secret
from providers import services
from providers.acting import who
from providers.models import ApiProvider, ProviderModel
from providers.validators import checked_name

router = Router(tags=["admin"], auth=ADMINISTRATORS)


class NewProvider(BaseModel):
    """A provider as it is wanted. What is not sent is as the preset says, or as in the console."""

    model_config = ConfigDict(extra="forbid")

    preset: str | None = Field(None, description="a vendor that is known, such as openai")
    name: str | None = None
    kind: str | None = None
    base_url: str | None = None
    auth_type: ApiProvider.Auth | None = None
    header_name: str | None = None
    header_prefix: str | None = None
    extra_headers: dict[str, str] | None = None
    structured_output: ApiProvider.StructuredOutput | None = None
    streams: StrictBool | None = None
    enabled: StrictBool | None = None
    may_receive_code: StrictBool | None = None
    code_from: list[str] | None = None
    key: SecretStr | None = None


class KeyStatus(BaseModel):
    """What may be known of the key in use: its last four characters."""

    last_four: str


class Provider(BaseModel):
    """A provider, without its key."""

    id: int
    name: str
    kind: str
    base_url: str
    enabled: bool
    may_receive_code: bool
    status: ApiProvider.Status
    last_error: str
    checked_at: datetime | None
    key: KeyStatus | None
    models: list[str]


class AvailableModel(Row):
    """A model that can be chosen for a step."""

    id: int
    provider_id: int
    name: str
    context_window: int | None


class ProviderKey(BaseModel):
    """A key for a provider; it replaces the one in use."""

    model_config = ConfigDict(extra="forbid")

    id: RowId
    key: SecretStr


class Switch(BaseModel):
    """Whether a provider is used."""

    model_config = ConfigDict(extra="forbid")

    id: RowId
    enabled: StrictBool


class ProviderId(BaseModel):
    """Which provider is meant."""

    model_config = ConfigDict(extra="forbid")

    id: RowId


class ConnectionCheck(Row):
    """How asking a provider for its models went."""

    ok: bool
    error: str


class Sync(ConnectionCheck):
    """The same, and the names of the models that are new here."""

    added: list[str]


@router.get("/getProviders", operation_id="admin.getProviders", response=PageOf[Provider])
def get_providers(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    enabled: Annotated[bool | None, Query()] = None,
) -> dict[str, Any]:
    """Every provider with its models and what may be known of its key, by name."""
    rows = _providers() if enabled is None else _providers().filter(enabled=enabled)
    found = page_of(rows, page, page_size)
    return {**found, "items": [_provider(row) for row in found["items"]]}


@router.get(
    "/getAvailableModels",
    operation_id="admin.getAvailableModels",
    response=PageOf[AvailableModel],
)
def get_available_models(
    request: HttpRequest,
    page: PageNumber = 1,
    page_size: PageSize = 25,
    provider: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="its id")] = None,
) -> dict[str, Any]:
    """The models that are switched on, of providers that are."""
    rows = ProviderModel.objects.filter(enabled=True, provider__enabled=True)
    rows = rows.filter(provider=provider) if provider else rows
    return page_of(rows, page, page_size)


@router.post(
    "/addProvider",
    operation_id="admin.addProvider",
    auth=CHANGING_ADMINISTRATORS,
    response={201: Provider, 422: Problem},
)
def add_provider(request: HttpRequest, sent: NewProvider) -> Status[Provider]:
    """Add a provider, with a key if one is sent. It is not called before a step is set to it."""
    fields = sent.model_dump(exclude={"preset", "key"}, exclude_none=True)
    if sent.name is not None:  # JSON may hold what no form sends
        fields["name"] = checked_name(sent.name)
    key = Secret(sent.key.get_secret_value()) if sent.key else None
    made = services.add_from_preset(preset=sent.preset, key=key, fields=fields, **who(request))
    return Status(201, _provider(_providers().get(pk=made.pk)))


@router.post(
    "/updateProviderKey",
    operation_id="admin.updateProviderKey",
    auth=CHANGING_ADMINISTRATORS,
    response={200: KeyStatus, (404, 422): Problem},
)
def update_provider_key(request: HttpRequest, sent: ProviderKey) -> KeyStatus:
    """Store a key and use it from now on. It is never shown again."""
    provider = get_object_or_404(ApiProvider, pk=sent.id)
    key = Secret(sent.key.get_secret_value())
    return KeyStatus(
        last_four=services.set_key(provider=provider, key=key, **who(request)).last_four
    )


@router.post(
    "/toggleProvider",
    operation_id="admin.toggleProvider",
    auth=CHANGING_ADMINISTRATORS,
    response={200: Provider, (404, 422): Problem},
)
def toggle_provider(request: HttpRequest, sent: Switch) -> Provider:
    """Switch a provider on or off."""
    provider = get_object_or_404(ApiProvider, pk=sent.id)
    services.toggle_provider(provider=provider, enabled=sent.enabled, **who(request))
    return _provider(_providers().get(pk=provider.pk))


@router.post(
    "/testProviderConnection",
    operation_id="admin.testProviderConnection",
    auth=CHANGING_ADMINISTRATORS,
    response={200: ConnectionCheck, 404: Problem},
)
def test_provider_connection(request: HttpRequest, sent: ProviderId) -> Any:
    """Ask a provider for its models, and note in its health how that went. Up to 20 seconds."""
    provider = get_object_or_404(ApiProvider, pk=sent.id)
    return services.test_connection(provider=provider, **who(request))


@router.post(
    "/syncProviderModels",
    operation_id="admin.syncProviderModels",
    auth=CHANGING_ADMINISTRATORS,
    response={200: Sync, 404: Problem},
)
def sync_provider_models(request: HttpRequest, sent: ProviderId) -> Sync:
    """Add the models that a provider lists. Up to 20 seconds."""
    provider = get_object_or_404(ApiProvider, pk=sent.id)
    added, health = services.sync_models(provider=provider, **who(request))
    return Sync(ok=health.ok, error=health.error, added=[model.name for model in added])


def _providers() -> QuerySet[ApiProvider]:
    return ApiProvider.objects.prefetch_related("keys", "models")


def _provider(row: ApiProvider) -> Provider:
    active = [key for key in row.keys.all() if key.is_active]
    return Provider(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        enabled=row.enabled,
        may_receive_code=row.may_receive_code,
        status=ApiProvider.Status(row.status),
        last_error=row.last_error,
        checked_at=row.checked_at,
        key=KeyStatus(last_four=active[0].last_four) if active else None,
        models=[model.name for model in row.models.all()],
    )
