"""Stores the models that a provider lists: new ones are added, known ones noted as still there."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from providers.adapters import ModelInfo
from providers.models import LONGEST_MODEL_NAME, ApiProvider, ProviderModel

MOST_MODELS = 5_000


@transaction.atomic
def store(provider: ApiProvider, listed: list[ModelInfo]) -> list[ProviderModel]:
    """Returns the added ones. Of names that the database takes for the same the first counts.

    Of a known model no more is written than what the list tells: an administrator may switch it
    meanwhile.
    """
    now = timezone.now()
    known = {model.name.casefold(): model for model in provider.models.all()}
    added, still_there = [], []
    for info in listed[:MOST_MODELS]:
        model = known.get(info.name.casefold())
        if model is not None:
            still_there.append(model.pk)
            _note_window(model, info)
        elif new := _added(provider, info, now):
            known[info.name.casefold()] = new
            added.append(new)
    # In one statement, since it is no change for the audit log.
    provider.models.filter(pk__in=still_there).update(synced_at=now)
    return added


def _added(provider: ApiProvider, info: ModelInfo, now: datetime) -> ProviderModel | None:
    """None for a name that cannot be stored, or that MariaDB takes for one that is there: its
    index knows no accents."""
    if not 0 < len(info.name) <= LONGEST_MODEL_NAME:
        return None
    try:
        with transaction.atomic():
            return ProviderModel.objects.create(
                provider=provider,
                name=info.name,
                context_window=info.context_window,
                synced_at=now,
            )
    except IntegrityError:
        return None


def _note_window(model: ProviderModel, info: ModelInfo) -> None:
    if info.context_window and info.context_window != model.context_window:
        model.context_window = info.context_window
        model.save(update_fields=["context_window"])
