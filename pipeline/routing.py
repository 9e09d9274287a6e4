"""Chooses what runs a step, as administrators set it: the engines in order, settings and prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from operations import cache
from pipeline.models import BUILT_IN, ModelConfig, Step, StepFallback, SystemPrompt

CACHE_KEY = "step-routes-2"


class Role(StrEnum):
    """Why a target stands in a step's order."""

    CANARY = "canary"  # on trial: stands before the primary one for a share of the jobs
    PRIMARY = "primary"
    FALLBACK = "fallback"


@dataclass(frozen=True)
class Target:
    """A provider's model in a step's order. What is None is as it is set for the step."""

    provider_id: int
    provider: str
    model: str
    role: Role = Role.FALLBACK
    temperature: float | None = None
    max_tokens: int | None = None
    timeout_seconds: float | None = None

    @property
    def engine(self) -> str:
        return f"{self.provider}: {self.model}"


@dataclass(frozen=True)
class StepRoute:
    """What runs one step. Without a provider it is the built-in engine, which reads no prompt.

    ``fallbacks`` are tried in order when the model fails, and then, with ``built_in_last``, the
    built-in engine. ``canary`` is chosen for a job by whoever rolls a model out.
    """

    provider_id: int | None = None
    provider: str = ""
    model: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    timeout_seconds: float = 120.0
    structured: bool = True
    prompt_id: int | None = None
    prompt: str = ""
    fallbacks: tuple[Target, ...] = ()
    built_in_last: bool = False
    canary: Target | None = None

    @property
    def is_built_in(self) -> bool:
        return self.provider_id is None

    @property
    def engine(self) -> str:
        """What runs the step, in words."""
        return BUILT_IN if self.is_built_in else f"{self.provider}: {self.model}"

    @property
    def targets(self) -> tuple[Target, ...]:
        """The models that are asked, in order, each when all before it failed."""
        if self.provider_id is None:
            return ()
        primary = Target(self.provider_id, self.provider, self.model, Role.PRIMARY)
        canary = (self.canary,) if self.canary else ()
        return (*canary, primary, *self.fallbacks)


@dataclass(frozen=True)
class Choice:
    """What a user chose to run one step with: a model, or without a provider the built-in engine.

    A job keeps it as JSON with these names, under the step's.
    """

    provider_id: int | None = None
    provider: str = ""
    model: str = ""

    @property
    def engine(self) -> str:
        return BUILT_IN if self.provider_id is None else f"{self.provider}: {self.model}"


def routes(chosen: Mapping[str, Mapping[str, Any]] | None = None) -> dict[Step, StepRoute]:
    """The routes of all steps; the built-in engine for one that nothing is set for.

    Where ``chosen`` names a step, what it names runs it alone: no fallback was chosen.
    """
    stored: dict[str, dict[str, Any]] = cache.cached(CACHE_KEY, _load)
    as_set = {step: _restored(stored.get(step, {})) for step in Step}
    picked = {Step(step): Choice(**kept) for step, kept in (chosen or {}).items()}
    return as_set | {step: _chosen_route(step, choice) for step, choice in picked.items()}


def forget_routes() -> None:
    """Make changed routes and prompts count from now on, in every process."""
    cache.forget(CACHE_KEY)


def _load() -> dict[str, dict[str, Any]]:
    configs = list(ModelConfig.objects.exclude(provider=None).select_related("provider", "model"))
    if not configs:
        return {}
    fallbacks = StepFallback.objects.exclude(config__provider=None)
    of_step: dict[int, list[StepFallback]] = {}
    for fallback in fallbacks.select_related("provider", "model"):
        of_step.setdefault(fallback.config_id, []).append(fallback)
    return {config.step: asdict(_route(config, of_step.get(config.pk, []))) for config in configs}


def _chosen_route(step: Step, choice: Choice) -> StepRoute:
    """With the step's own bounds and prompt. Whether it may get the code is asked at each call."""
    if choice.provider_id is None:
        return StepRoute()
    config = ModelConfig.objects.filter(step=step).select_related("provider", "model").first()
    route = _route(config or ModelConfig(step=step), [])
    return replace(
        route, provider_id=choice.provider_id, provider=choice.provider, model=choice.model
    )


def _restored(stored: dict[str, Any]) -> StepRoute:
    fallbacks = tuple(Target(**each) for each in stored.get("fallbacks", ()))
    return StepRoute(**{**stored, "fallbacks": fallbacks})


def _route(config: ModelConfig, fallbacks: list[StepFallback]) -> StepRoute:
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
        fallbacks=tuple(_target(fallback) for fallback in fallbacks if fallback.provider),
        built_in_last=any(fallback.provider is None for fallback in fallbacks),
    )


def _target(fallback: StepFallback) -> Target:
    return Target(
        provider_id=fallback.provider_id or 0,
        provider=fallback.provider.name if fallback.provider else "",
        model=fallback.model_name,
        temperature=fallback.temperature,
        max_tokens=fallback.max_tokens,
        timeout_seconds=fallback.timeout_seconds,
    )
