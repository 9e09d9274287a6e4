"""The kinds of providers: the registry of adapters. A new one is a module and an entry here."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """What the console calls it, and where its adapter is."""

    label: str
    module: str
    adapter: str


KINDS = {
    "openai": Kind("OpenAI", "providers.adapters.openai", "OpenAiAdapter"),
    "openai-compatible": Kind(
        "OpenAI-compatible", "providers.adapters.openai", "CompatibleAdapter"
    ),
    "anthropic": Kind("Anthropic", "providers.adapters.anthropic", "AnthropicAdapter"),
}
DEFAULT = "openai-compatible"


def choices() -> list[tuple[str, str]]:
    """For the field that names a kind; a function, so that a new kind needs no migration."""
    return [(name, kind.label) for name, kind in KINDS.items()]
