"""Adapters by the kinds of the registry, imported when used, since vendors' SDKs are slow."""

from __future__ import annotations

from importlib import import_module

from providers.adapters.base import Adapter, Endpoint, ModelInfo, OnText
from providers.kinds import KINDS

__all__ = [
    "Adapter",
    "Endpoint",
    "ModelInfo",
    "OnText",
    "adapter_for",
    "is_prepared",
    "prepare",
]

_prepared: set[str] = set()


def adapter_for(kind: str) -> Adapter:
    """The adapter of a provider's kind. Raises KeyError for an unknown one."""
    known = KINDS[kind]
    adapter: Adapter = getattr(import_module(known.module), known.adapter)()
    return adapter


def prepare(kind: str) -> None:
    """Import what a call of this kind needs, which takes up to two seconds, once a process.

    Done before a call's intent is written, it keeps that time from looking like the provider's.
    """
    import_module(KINDS[kind].module)
    _prepared.add(kind)


def is_prepared(kind: str) -> bool:
    """Whether ``prepare`` would have nothing to do."""
    return kind in _prepared
