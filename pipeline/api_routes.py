"""The JSON API for administrators about what runs each step: the routes and their fallbacks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from accounts.api_access import ADMINISTRATORS, CHANGING_ADMINISTRATORS
from operations.api_lists import (
    PageNumber,
    PageOf,
    PageSize,
    Row,
    RowId,
    WrittenAsNumber,
    page_of_list,
)
from operations.problems import Problem
from pipeline import route_changes
from pipeline.models import ModelConfig, Step, StepFallback

router = Router(tags=["admin"], auth=ADMINISTRATORS)
Temperature = Annotated[float, Field(ge=0, le=2), WrittenAsNumber]
Tokens = Annotated[int, Field(ge=1, le=2**31 - 1), WrittenAsNumber]
Seconds = Annotated[int, Field(ge=1, le=3600), WrittenAsNumber]


class Engine(Row):
    """What runs a step; without a provider it is the built-in engine."""

    engine: str = Field(description="in words")
    provider_id: int | None
    model_id: int | None = Field(description="null with a provider: DEFAULT_LLM_MODEL names it")
    temperature: float | None
    max_tokens: int | None
    timeout_seconds: int | None


class Route(Engine):
    """A step's route."""

    step: Step
    structured: bool
    fallbacks: list[Engine] = Field(description="tried in order when the model failed")
    updated_at: datetime | None = Field(description="null while nobody set it")


class NewFallback(BaseModel):
    """What stands in; without a provider the built-in engine, which is always the last."""

    model_config = ConfigDict(extra="forbid")

    provider: RowId | None = None
    model: RowId | None = None
    temperature: Temperature | None = None
    max_tokens: Tokens | None = None
    timeout_seconds: Seconds | None = None


class NewRoute(BaseModel):
    """What is to change of a step's route. What is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    step: Step
    provider: RowId | None = Field(None, description="null is the built-in engine")
    model: RowId | None = Field(
        None, description="null, or not sent with a provider: DEFAULT_LLM_MODEL names it"
    )
    temperature: Temperature | None = None
    max_tokens: Tokens | None = None
    timeout_seconds: Seconds = 120
    structured: StrictBool = True
    fallbacks: Annotated[list[NewFallback], Field(max_length=route_changes.MOST_FALLBACKS)] = Field(
        [], description="all of them, in order; sent empty, they are removed"
    )


@router.get("/getModels", operation_id="admin.getModels", response=PageOf[Route])
def get_models(
    request: HttpRequest, page: PageNumber = 1, page_size: PageSize = 25
) -> dict[str, Any]:
    """What runs each step, with its fallbacks, in the order of the steps."""
    configs = ModelConfig.objects.select_related("provider", "model").prefetch_related(
        "fallbacks__provider", "fallbacks__model"
    )
    stored = {config.step: config for config in configs}
    routes = [_route(stored.get(step, ModelConfig(step=step))) for step in Step]
    return page_of_list(routes, page, page_size)


@router.post(
    "/updateModel",
    operation_id="admin.updateModel",
    auth=CHANGING_ADMINISTRATORS,
    response={200: Route, 422: Problem},
)
def update_model(request: HttpRequest, sent: NewRoute) -> Route:
    """Point a step at a model or the built-in engine. Counts from the next attempt that starts."""
    fields = sent.model_dump(include=sent.model_fields_set - {"step", "fallbacks"})
    if "provider" in fields:
        fields.setdefault("model", None)
    fallbacks = None
    if "fallbacks" in sent.model_fields_set:
        fallbacks = [fallback.model_dump() for fallback in sent.fallbacks]
    config = route_changes.change_route(step=sent.step, fields=fields, fallbacks=fallbacks)
    return _route(config)


def _route(config: ModelConfig) -> Route:
    rows = config.fallbacks.all() if config.pk else []
    return Route(
        **_engine(config).model_dump(),
        step=Step(config.step),
        structured=config.structured,
        fallbacks=[_engine(row) for row in rows],
        updated_at=config.updated_at,
    )


def _engine(row: ModelConfig | StepFallback) -> Engine:
    return Engine.model_validate(row)
