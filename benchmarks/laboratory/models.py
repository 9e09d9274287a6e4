"""Lets models run all steps: the pretend vendor as a provider, set as an administrator sets it."""

from __future__ import annotations

from benchmarks.laboratory.servers import HOST

KEY = "sk-laboratory"
MODEL = "good"


def use_vendor(
    port: int,
    *,
    name: str = "Pretend vendor",
    key: str = KEY,
    model: str = MODEL,
    timeout_seconds: int = 120,
    streams: bool = True,
) -> None:
    """Add the pretend vendor on that port as a provider and point all three steps at ``model``."""
    from operations.secrets import Secret
    from pipeline import routing
    from pipeline.models import ModelConfig
    from providers import services
    from providers.models import ProviderModel

    nobody = {"by": None, "address": None}
    base_url = f"http://{HOST}:{port}/v1"
    provider = services.add_provider(name=name, base_url=base_url, streams=streams, **nobody)
    services.set_key(provider=provider, key=Secret(key), by=None, address=None)
    chosen = services.save_model(
        model=ProviderModel(provider=provider, name=model), by=None, address=None
    )
    for config in ModelConfig.objects.all():
        config.provider, config.model = provider, chosen
        config.timeout_seconds = timeout_seconds
        config.save()
    routing.forget_routes()
