"""The floor of the product: audit, logs, clock, cache and everything that knows no domain."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Operations"
