"""What may run a step, and pointing a step at it: the rules of the console and of the JSON API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from operations.conflicts import despite_deadlocks
from pipeline import routing
from pipeline.models import ModelConfig, Step, StepFallback
from providers.models import ApiProvider, ProviderModel

MOST_FALLBACKS = 5
ALONE = (
    "The built-in engine runs this step and is always the last: remove its fallbacks, "
    "or choose a provider for the step."
)
NOT_LAST = "The built-in engine is always the last: give it the last place."


@dataclass(frozen=True)
class Offer:
    """What the steps of one route may be pointed at."""

    providers: QuerySet[ApiProvider]
    models: QuerySet[ProviderModel]


def offer_to(config: ModelConfig) -> Offer:
    """Enabled providers that may receive code, their enabled models, and what the route holds.

    What is set stays on offer when it is switched off later: otherwise the built-in engine would
    take its place unseen when something else of the route is saved.
    """
    rows: list[Any] = [config, *config.fallbacks.all()] if config.pk else []
    kept = {row.provider_id for row in rows} - {None}
    kept_models = {row.model_id for row in rows} - {None}
    usable = Q(enabled=True, may_receive_code=True)
    providers = ApiProvider.objects.filter(usable | Q(pk__in=kept))
    of_these = Q(enabled=True, provider__in=providers)
    models = ProviderModel.objects.filter(of_these | Q(pk__in=kept_models))
    return Offer(providers=providers, models=models)


def check_order(config: ModelConfig, rows: Sequence[StepFallback]) -> None:
    """None twice, the built-in engine last, none behind it. Raises ValidationError."""
    if rows and config.provider is None:
        raise ValidationError(ALONE)
    if any(row.provider is None for row in rows[:-1]):
        raise ValidationError(NOT_LAST)
    engines = [config.engine, *(row.engine for row in rows)]
    twice = {engine for engine in engines if engines.count(engine) > 1}
    if twice:
        raise ValidationError(f"Each model is tried once, but {twice.pop()} stands here twice.")


def change_route(
    *, step: Step, fields: dict[str, Any], fallbacks: Sequence[dict[str, Any]] | None = None
) -> ModelConfig:
    """Change the named fields of a step's route; with ``fallbacks`` these become all there are.

    ``provider`` and ``model`` are primary keys. A change counts from the next attempt at a job
    that starts. Raises ValidationError; then nothing was changed.
    """
    return despite_deadlocks(_change, step, fields, fallbacks)


@transaction.atomic
def _change(
    step: Step, fields: dict[str, Any], fallbacks: Sequence[dict[str, Any]] | None
) -> ModelConfig:
    ModelConfig.objects.get_or_create(step=step)
    config = ModelConfig.objects.select_for_update().get(step=step)
    offer = offer_to(config)
    _set(config, fields, offer)
    config.save()
    rows = list(config.fallbacks.all())
    if fallbacks is not None:
        rows = _replaced(config, rows, fallbacks, offer)
    check_order(config, rows)
    transaction.on_commit(routing.forget_routes)
    return config


def _replaced(
    config: ModelConfig, stored: list[StepFallback], wanted: Sequence[dict[str, Any]], offer: Offer
) -> list[StepFallback]:
    """Rows are written over in their order, so that the audit log tells what changed."""
    if len(wanted) > MOST_FALLBACKS:
        raise ValidationError(f"A step has {MOST_FALLBACKS} fallbacks at most.")
    for surplus in stored[len(wanted) :]:
        surplus.delete()
    rows = []
    for number, fields in enumerate(wanted):
        row = stored[number] if number < len(stored) else StepFallback(config=config)
        _set(row, {**fields, "position": number + 1}, offer)
        row.save()
        rows.append(row)
    return rows


def _set(row: ModelConfig | StepFallback, fields: dict[str, Any], offer: Offer) -> None:
    """Fill the row in and check it."""
    for name, value in fields.items():
        if name == "provider":
            row.provider = _chosen(offer.providers, value, name)
        elif name == "model":
            row.model = _chosen(offer.models, value, name)
        else:
            setattr(row, name, value)
    row.full_clean()


def _chosen(offered: QuerySet[Any], key: int | None, what: str) -> Any:
    if key is None:
        return None
    found = offered.filter(pk=key).first()
    if found is None:
        raise ValidationError(f"There is no {what} {key} that can be chosen for a step.")
    return found
