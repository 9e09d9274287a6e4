"""Calls, tests and changes of providers in the console, to be looked at only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from operations.admin import NOTHING, Exporting, NamedValues, ReadOnlyAdmin, pretty_json
from operations.money import dollars
from providers.models import ProviderCall, ProviderChange, ProviderHealth
from providers.tables import CALLS


@admin.register(ProviderCall)
class ProviderCallAdmin(Exporting, ReadOnlyAdmin):
    """Every call of a model. One that stays an intent lost its process before it was answered."""

    outgoing = CALLS
    list_display = (
        "started_at", "provider_name", "model", "step", "state", "error", "latency_ms",
        "first_token_ms", "input_tokens", "output_tokens", "cost", "job_id",
    )  # fmt: skip
    list_filter = (
        "state", "provider_name", ("step", NamedValues), ("error", NamedValues), "started_at",
    )  # fmt: skip
    search_fields = ("model", "provider_name", "call_id", "=job_id")
    search_help_text = "Model, provider, call id or number of a run"
    fields = (
        "call_id", "provider_name", "model", "job_id", "step", "attempt", "state", "error",
        "detail", "started_at", "finished_at", "latency_ms", "first_token_ms", "input_tokens",
        "output_tokens", "cost",
    )  # fmt: skip

    @admin.display(description="cost", ordering="cost_microdollars")
    def cost(self, call: ProviderCall) -> str:
        return dollars(call.cost_microdollars)


@admin.register(ProviderHealth)
class ProviderHealthAdmin(ReadOnlyAdmin):
    """What probes, tests and syncs of providers found."""

    list_display = ("checked_at", "provider", "source", "ok", "error", "detail", "latency_ms")
    list_filter = ("ok", "provider", "source", ("error", NamedValues), "checked_at")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "error", "detail")
    search_help_text = "Provider, error or detail"


@admin.register(ProviderChange)
class ProviderChangeAdmin(ReadOnlyAdmin):
    """What was changed or done about providers, by whom and from where."""

    list_display = ("at", "provider_name", "action", "actor", "address", "request_id")
    list_filter = ("action", "provider_name", "at")
    list_select_related = ("actor",)
    search_fields = ("provider_name", "action", "actor__email", "address", "request_id")
    search_help_text = "Provider, action, e-mail address, network address or request id"
    fields = ("at", "provider_name", "action", "actor", "address", "request_id", "what")

    @admin.display(description="details")
    def what(self, change: ProviderChange) -> SafeString | str:
        return pretty_json(change.details) if change.details else NOTHING
