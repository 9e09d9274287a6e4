"""The vendors of language models and the one door through which they are called."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = "Providers"

    def ready(self) -> None:
        """Audit what administrators change, without tests' results and sealed keys, and be seen."""
        from operations import audit, health, metrics, runtime_config
        from providers import keys, observed, parameters
        from providers.models import (
            ApiProvider,
            ProviderApiKey,
            ProviderBreaker,
            ProviderModel,
        )

        measured = ["status", "last_error", "checked_at", "updated_at"]
        measured += ["probed_at", "probes_since", "probes_used"]
        audit.register(ApiProvider, exclude_fields=measured)
        audit.register(ProviderApiKey, exclude_fields=["ciphertext"])
        audit.register(ProviderModel, exclude_fields=["synced_at"])
        audit.register(ProviderBreaker, exclude_fields=["probe", "probe_at", "changed_at"])
        keys.register()
        health.register("providers", observed.providers)
        metrics.register(observed.metrics)
        metrics.register(observed.health_metrics)
        for parameter in parameters.ALL:
            runtime_config.declare(parameter)
