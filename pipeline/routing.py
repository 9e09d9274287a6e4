"""Chooses what runs a step, as administrators set it."""

from __future__ import annotations

from operations import cache
from pipeline.models import ModelConfig, Step

CACHE_KEY = "step-routes"


def engine_of(step: Step) -> str:
    """The engine set for a step; the built-in one when nothing is set."""
    engines: dict[str, str] = cache.cached(CACHE_KEY, _load)
    return engines.get(step, ModelConfig.Engine.BUILT_IN)


def forget_routes() -> None:
    """Make changed routes count from now on, in every process."""
    cache.forget(CACHE_KEY)


def _load() -> dict[str, str]:
    return dict(ModelConfig.objects.values_list("step", "engine"))
