"""Keys for tests of sealing: one that sealed, one that replaces it, one that fits nothing."""

from __future__ import annotations

from typing import Any

from pytest_django.fixtures import Settings

from providers.models import ProviderApiKey

OLD, NEW, STRANGE = b"o" * 32, b"n" * 32, b"s" * 32
TEXT = "sk-canary-of-a-sealed-column"


def take_new_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEYS_OLD = NEW, [OLD]


def lose_the_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEYS_OLD = STRANGE, []


def stored() -> list[tuple[Any, ...]]:
    return list(ProviderApiKey.objects.order_by("pk").values_list())
