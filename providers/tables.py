"""What leaves the console about calls and models as a table, and prices that come back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from import_export.fields import Field

from operations.tables import AsIs, Incoming, WholeNumber, outgoing
from providers import services
from providers.models import ProviderCall, ProviderModel

CALLS = outgoing(
    ProviderCall,
    {
        name: name
        for name in (
            "call_id", "provider_name", "model", "job_id", "step", "attempt", "state", "error",
            "started_at", "finished_at", "latency_ms", "first_token_ms", "input_tokens",
            "output_tokens", "cost_microdollars",
        )
    },
)  # fmt: skip

MODELS = outgoing(
    ProviderModel,
    {
        "provider": "provider__name", "model": "name", "enabled": "enabled",
        "context_window": "context_window", "input_price": "input_price",
        "output_price": "output_price", "synced_at": "synced_at",
    },
)  # fmt: skip


class PricesIn(Incoming):
    """Sets prices of models that are there, or with both empty lets the published ones count."""

    required = ("provider", "model", "input_price", "output_price")
    provider = Field("provider__name", "provider", AsIs(), readonly=True)
    model = Field("name", "model", AsIs(), readonly=True)
    input_price = Field("input_price", "input_price", WholeNumber())
    output_price = Field("output_price", "output_price", WholeNumber())

    class Meta:
        model = ProviderModel
        fields = ("provider", "model", "input_price", "output_price")
        import_id_fields = ("provider", "model")
        skip_unchanged = True
        clean_model_instances = True

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[ProviderModel, bool]:
        provider, name = str(row["provider"] or "").strip(), str(row["model"] or "").strip()
        rows = ProviderModel.objects.select_related("provider")
        found = rows.filter(provider__name=provider, name=name).first()
        if found is None:
            raise ValidationError(f"There is no model {name} of a provider {provider}.")
        return found, False

    def do_instance_save(self, instance: ProviderModel, is_create: bool) -> None:
        services.save_model(model=instance, by=self.by, address=self.address)
