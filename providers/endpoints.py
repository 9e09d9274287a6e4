"""Makes a stored provider callable: its address, its opened key, its headers, a model's price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import FilteredRelation, Q

from operations.prepared import Bind, Select
from operations.secrets import Secret, SecretError
from providers import keys
from providers.adapters import Endpoint
from providers.errors import NotConfigured
from providers.models import ApiProvider, ProviderApiKey, ProviderBreaker, ProviderModel

PROVIDER = (
    "pk", "uuid", "name", "kind", "base_url", "auth_type", "header_name", "header_prefix",
    "extra_headers", "structured_output", "streams", "enabled", "may_receive_code", "code_from",
)  # fmt: skip
KEY = ("uuid", "ciphertext", "created_at", "pk")
MODEL = ("enabled", "input_price", "output_price")
BREAKER = ("state", "reason")

# A provider with each of its active keys, one of its models and that one's breaker, bound to ``id``
# and, as ``name`` and ``model``, the name of the model. It is read anew for every call, so that
# what administrators forbid stops at once. Unsorted: to sort the few keys it has, the database
# would take longer than for all the rest.
FOUND = Select(
    ApiProvider.objects.filter(id=Bind(ApiProvider, "id"))
    .annotate(
        active_key=FilteredRelation("keys", condition=Q(keys__is_active=True)),
        chosen=FilteredRelation("models", condition=Q(models__name=Bind(ProviderModel, "name"))),
        breaker=FilteredRelation(
            "breakers", condition=Q(breakers__model=Bind(ProviderBreaker, "model"))
        ),
    )
    .order_by(),
    *PROVIDER,
    *(f"active_key__{column}" for column in KEY),
    *(f"chosen__{column}" for column in MODEL),
    *(f"breaker__{column}" for column in BREAKER),
)


@dataclass(frozen=True)
class Found:
    """A provider, its active key, the model that is asked for and its breaker; None where there is
    none.

    A model that nobody synced or added has no row and can be called all the same.
    """

    provider: ApiProvider
    key: ProviderApiKey | None
    model: ProviderModel | None
    breaker: ProviderBreaker | None


def find(provider_id: int, model: str) -> Found | None:
    """What is stored of a provider and its model, in one query; None without such a provider.

    Of several active keys the newest counts.
    """
    rows = FOUND.all(id=provider_id, name=model, model=model)
    if not rows:
        return None
    row = max(rows, key=_when_added) if len(rows) > 1 else rows[0]
    provider = ApiProvider(**{column: row[column] for column in PROVIDER})
    key = _part(row, "active_key", KEY)
    chosen = _part(row, "chosen", MODEL)
    breaker = _part(row, "breaker", BREAKER)
    return Found(
        provider,
        ProviderApiKey(provider=provider, **key) if key else None,
        ProviderModel(provider=provider, name=model, **chosen) if chosen else None,
        ProviderBreaker(provider=provider, model=model, **breaker) if breaker else None,
    )


def _when_added(row: dict[str, Any]) -> tuple[datetime, int]:
    return row["active_key__created_at"], row["active_key__pk"]


def _part(row: dict[str, Any], prefix: str, columns: tuple[str, ...]) -> dict[str, Any]:
    """What stands in the joined row of that name, whose first column is never null; or nothing."""
    if row[f"{prefix}__{columns[0]}"] is None:
        return {}
    return {column: row[f"{prefix}__{column}"] for column in columns}


def endpoint_of(provider: ApiProvider) -> Endpoint:
    """Where and how to call ``provider``, whether it is enabled or not. One query.

    Raises NotConfigured when it needs a key and has none that opens.
    """
    return endpoint(provider, provider.keys.filter(is_active=True).first())


def endpoint(provider: ApiProvider, key: ProviderApiKey | None) -> Endpoint:
    """Where and how to call ``provider`` with its active key.

    Raises NotConfigured when it needs a key and has none that opens.
    """
    header, opened = "", None
    if provider.auth_type != ApiProvider.Auth.NONE:
        header, opened = _key_header(provider, _opened(provider, key))
    return Endpoint(
        kind=provider.kind,
        base_url=provider.base_url,
        key_header=header,
        key=opened,
        extra_headers=provider.extra_headers,
        structured_output=provider.structured_output,
        streams=provider.streams,
    )


def _opened(provider: ApiProvider, key: ProviderApiKey | None) -> Secret:
    if key is None:
        raise NotConfigured(f"The provider {provider.name} has no active key.")
    key.provider = provider
    try:
        return keys.open_key(key)
    except SecretError as error:
        raise NotConfigured(f"The key of {provider.name} cannot be opened: {error}") from None


def _key_header(provider: ApiProvider, key: Secret) -> tuple[str, Secret]:
    if provider.auth_type == ApiProvider.Auth.BEARER:
        return "Authorization", Secret(f"Bearer {key.reveal()}")
    if provider.auth_type == ApiProvider.Auth.CUSTOM and provider.header_prefix:
        return provider.header_name, Secret(f"{provider.header_prefix} {key.reveal()}")
    return provider.header_name, key
