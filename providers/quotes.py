"""What models would take and cost before anything is sent: their prices, and who may get code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from providers import prices
from providers.models import ApiProvider, ProviderModel
from providers.types import Usage

Named = tuple[int, str]  # a provider's number and a model's name


@dataclass(frozen=True)
class Offer:
    """One model as it stands now. ``refusal`` says why it gets no code; empty: it may get it.

    ``price`` is (input, output) in micro-dollars per million tokens where administrators set it.
    """

    provider: str
    model: str
    base_url: str
    price: tuple[int, int] | None
    refusal: str

    def cost(self, *, input_tokens: int, output_tokens: int) -> int | None:
        """What so many tokens cost in micro-dollars; None when no price is known."""
        usage = Usage(input_tokens, output_tokens)
        return prices.cost(usage, base_url=self.base_url, model=self.model, override=self.price)


def offers(named: Iterable[Named], *, audience: str) -> dict[Named, Offer]:
    """The offers of these models for a user of this plan, in two queries at most.

    What is deleted has none.
    """
    asked = set(named)
    ids = {provider_id for provider_id, _ in asked}
    if not ids:
        return {}
    providers = ApiProvider.objects.in_bulk(ids)
    models = ProviderModel.objects.filter(provider__in=ids, name__in={name for _, name in asked})
    stored = {(model.provider_id, model.name): model for model in models}
    return {
        key: _offer(providers[key[0]], key[1], stored.get(key), audience)
        for key in asked
        if key[0] in providers
    }


def choosable(*, audience: str) -> dict[Named, Offer]:
    """All models that are switched on and may get code of users on this plan. One query."""
    rows = ProviderModel.objects.filter(enabled=True, provider__enabled=True)
    found = {
        (model.provider_id, model.name): _offer(model.provider, model.name, model, audience)
        for model in rows.select_related("provider").order_by("provider__name", "name")
    }
    return {key: offer for key, offer in found.items() if not offer.refusal}


def _offer(provider: ApiProvider, name: str, model: ProviderModel | None, audience: str) -> Offer:
    refusal = provider.refuses_code_of(audience)
    if not provider.enabled:
        refusal = f"The provider {provider.name} is switched off."
    elif model is not None and not model.enabled:
        refusal = f"The model {name} is switched off."
    return Offer(
        provider.name, name, provider.base_url, model.own_price if model else None, refusal
    )
