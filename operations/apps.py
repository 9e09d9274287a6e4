"""The floor of the product: audit, logs, clock, cache and everything that knows no domain."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Operations"

    def ready(self) -> None:
        from operations import audit, checks, health, sealed  # noqa: F401 - checks registers itself
        from operations.models import RuntimeConfig

        audit.register(RuntimeConfig)
        health.register("encryption", sealed.finding)
