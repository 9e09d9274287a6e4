"""Chooses what runs a step, as administrators set it: the engine, its settings and its prompt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from operations import cache
from pipeline.models import BUILT_IN, ModelConfig, Step, SystemPrompt

CACHE_KEY = "step-routes"


@dataclass(frozen=True)
class StepRoute:
    """What runs one step. Without a provider it is the built-in engine, which reads no prompt."""

    provider_id: int | None = None
    provider: str = ""
    model: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    timeout_seconds: float = 120.0
    structured: bool = True
    prompt_id: int | None = None
    prompt: str = ""

    @property
    def is_built_in(self) -> bool:
        return self.provider_id is None

    @property
    def engine(self) -> str:
        """What runs the step, in words."""
        return BUILT_IN if self.is_built_in else f"{self.provider}: {self.model}"


def route_of(step: Step) -> StepRoute:
    """The route set for a step; the built-in engine when nothing is set."""
    return routes()[step]


def routes() -> dict[Step, StepRoute]:
    """The routes of all steps."""
    stored: dict[str, dict[str, Any]] = cache.cached(CACHE_KEY, _load)
    return {step: StepRoute(**stored.get(step, {})) for step in Step}


def forget_routes() -> None:
    """Make changed routes and prompts count from now on, in every process."""
    cache.forget(CACHE_KEY)


def _load() -> dict[str, dict[str, Any]]:
    configs = ModelConfig.objects.exclude(provider=None).select_related("provider", "model")
    return {config.step: asdict(_route(config)) for config in configs}


def _route(config: ModelConfig) -> StepRoute:
    prompt = SystemPrompt.objects.filter(step=config.step).order_by("-version").first()
    return StepRoute(
        provider_id=config.provider_id,
        provider=config.provider.name if config.provider else "",
        model=config.model_name,
        temperature=config.temperature,
        max_tokens=config.max_tokens,
        timeout_seconds=config.timeout_seconds,
        structured=config.structured,
        prompt_id=prompt.pk if prompt else None,
        prompt=prompt.content if prompt else "",
    )
