"""Seals and opens the keys of providers, each bound to its row, its provider and its origin."""

from __future__ import annotations

from uuid import uuid4

from operations import sealed, secrets
from operations.secrets import Secret, SecretError
from providers.models import ApiProvider, ProviderApiKey

PURPOSE = "provider-api-key"
SHORTEST_TO_HINT = 12  # of a shorter key four characters would tell too much


def new_key(provider: ApiProvider, key: Secret) -> ProviderApiKey:
    """An unsaved row that holds ``key``, sealed for this provider's present origin."""
    row = ProviderApiKey(uuid=uuid4(), provider=provider)
    row.ciphertext = secrets.seal(key, purpose=PURPOSE, context=_context(row))
    row.key_id = secrets.key_id_of(row.ciphertext)
    text = key.reveal()
    row.last_four = text[-4:] if len(text) >= SHORTEST_TO_HINT else ""
    return row


def open_key(row: ProviderApiKey) -> Secret:
    """The key of a row. Raises SecretError when it does not open here."""
    return secrets.unseal(row.ciphertext, purpose=PURPOSE, context=_context(row))


def opens(row: ProviderApiKey) -> bool:
    """Whether the key can be used, without giving it out."""
    try:
        open_key(row)
    except SecretError:
        return False
    return True


def register() -> None:
    """Let the keys take part when everything sealed moves to another encryption key."""
    column = sealed.SealedColumn(
        model=ProviderApiKey,
        column="ciphertext",
        key_id_column="key_id",
        purpose=PURPOSE,
        context=_context,
        related=("provider",),
    )
    sealed.register(column)


def _context(row: ProviderApiKey) -> dict[str, str]:
    return {
        "table": ProviderApiKey._meta.db_table,
        "column": "ciphertext",
        "row": str(row.uuid),
        "provider": str(row.provider.uuid),
        "origin": row.provider.origin,
    }
