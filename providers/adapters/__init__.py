"""The registry of adapters. A new one is a module beside this one and a line here."""

from __future__ import annotations

from importlib import import_module

from providers.adapters.base import Adapter, Endpoint, ModelInfo

__all__ = ["KINDS", "Adapter", "Endpoint", "ModelInfo", "adapter_for"]

# ApiProvider.Kind -> module and class; imported at the first call, since vendors' SDKs are slow.
KINDS = {
    "openai": ("providers.adapters.openai", "OpenAiAdapter"),
    "openai-compatible": ("providers.adapters.openai", "CompatibleAdapter"),
}


def adapter_for(kind: str) -> Adapter:
    """The adapter of a provider's kind. Raises KeyError for an unknown one."""
    module, name = KINDS[kind]
    adapter: Adapter = getattr(import_module(module), name)()
    return adapter
