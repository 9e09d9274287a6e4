"""How much each user may submit, what was used, and what models may cost."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing import observed, personal
        from billing.models import Budget, LimitOverride, Membership, Plan
        from operations import audit, metrics

        for model in (Budget, LimitOverride, Membership, Plan):
            audit.register(model)
        metrics.register(observed.metrics)
        personal.register()
