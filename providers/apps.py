"""The vendors of language models and the one door through which they are called."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = "Providers"

    def ready(self) -> None:
        """Audit what administrators change, without tests' results and sealed keys, and be seen."""
        from operations import audit, health, metrics
        from providers import observed
        from providers.models import ApiProvider, ProviderApiKey, ProviderModel

        measured = ["status", "last_error", "checked_at", "updated_at"]
        audit.register(ApiProvider, exclude_fields=measured)
        audit.register(ProviderApiKey, exclude_fields=["ciphertext"])
        audit.register(ProviderModel, exclude_fields=["synced_at"])
        health.register("providers", observed.providers)
        metrics.register(observed.metrics)
