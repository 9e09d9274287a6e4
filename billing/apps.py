"""How much each user may submit, and what was used."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.models import LimitOverride
        from operations import audit

        audit.register(LimitOverride)
