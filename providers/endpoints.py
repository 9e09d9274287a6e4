"""Makes a stored provider callable: its address, its opened key, its headers."""

from __future__ import annotations

from operations.secrets import Secret, SecretError
from providers import keys
from providers.adapters import Endpoint
from providers.errors import NotConfigured
from providers.models import ApiProvider


def endpoint_of(provider: ApiProvider) -> Endpoint:
    """Where and how to call ``provider``, whether it is enabled or not. One query.

    Raises NotConfigured when it needs a key and has none that opens.
    """
    header, key = "", None
    if provider.auth_type != ApiProvider.Auth.NONE:
        header, key = _key_header(provider, _active_key(provider))
    return Endpoint(
        kind=provider.kind,
        base_url=provider.base_url,
        key_header=header,
        key=key,
        extra_headers=provider.extra_headers,
        structured_output=provider.structured_output,
    )


def _active_key(provider: ApiProvider) -> Secret:
    row = provider.keys.filter(is_active=True).first()
    if row is None:
        raise NotConfigured(f"The provider {provider.name} has no active key.")
    row.provider = provider
    try:
        return keys.open_key(row)
    except SecretError as error:
        raise NotConfigured(f"The key of {provider.name} cannot be opened: {error}") from None


def _key_header(provider: ApiProvider, key: Secret) -> tuple[str, Secret]:
    if provider.auth_type == ApiProvider.Auth.BEARER:
        return "Authorization", Secret(f"Bearer {key.reveal()}")
    if provider.auth_type == ApiProvider.Auth.CUSTOM and provider.header_prefix:
        return provider.header_name, Secret(f"{provider.header_prefix} {key.reveal()}")
    return provider.header_name, key
