"""Stores the models that a provider lists: new ones are added, known ones noted as still there."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from providers.adapters import ModelInfo
from providers.models import ApiProvider, ProviderModel

LONGEST_NAME = 200
MOST_MODELS = 5_000


@transaction.atomic
def store(provider: ApiProvider, listed: list[ModelInfo]) -> list[ProviderModel]:
    """Returns the added ones. Names are compared without case, as MariaDB's unique index does.

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
        elif 0 < len(info.name) <= LONGEST_NAME:
            model = provider.models.create(
                name=info.name, context_window=info.context_window, synced_at=now
            )
            known[info.name.casefold()] = model
            added.append(model)
    # In one statement, since it is no change for the audit log.
    provider.models.filter(pk__in=still_there).update(synced_at=now)
    return added


def _note_window(model: ProviderModel, info: ModelInfo) -> None:
    if info.context_window and info.context_window != model.context_window:
        model.context_window = info.context_window
        model.save(update_fields=["context_window"])
