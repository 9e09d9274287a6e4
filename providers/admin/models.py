"""Stored keys and models in the console."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from operations.admin import ConsoleAdmin, Importing, ReadOnlyAdmin
from providers import keys, services, tables
from providers.acting import who
from providers.admin.breakers import reset_all, trip_all
from providers.models import ProviderApiKey, ProviderModel

ONE_OF_A_PROVIDER = "Choose one key of a provider. Nothing was changed."


@admin.register(ProviderApiKey)
class ProviderApiKeyAdmin(ReadOnlyAdmin):
    """The stored keys. A new one is set on its provider's page; what is stored is never shown."""

    list_display = ("provider", "ending", "is_active", "key_id", "usable", "created_at")
    list_filter = ("is_active", "key_id", "provider")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "last_four")
    search_help_text = "Provider, or the last four characters"
    fields = ("provider", "ending", "is_active", "key_id", "usable", "created_at")
    actions = ("activate",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def delete_model(self, request: HttpRequest, obj: ProviderApiKey) -> None:
        services.remove_key(key=obj, **who(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ProviderApiKey]) -> None:
        for key in queryset:
            self.delete_model(request, key)

    @admin.display(description="ends with", ordering="last_four")
    def ending(self, key: ProviderApiKey) -> str:
        return f"…{key.last_four}"

    @admin.display(description="can be opened", boolean=True)
    def usable(self, key: ProviderApiKey) -> bool:
        return keys.opens(key)

    @admin.action(description="Use this key", permissions=["delete"])
    def activate(self, request: HttpRequest, chosen: QuerySet[ProviderApiKey]) -> None:
        rows = list(chosen.select_related("provider"))
        if len({key.provider_id for key in rows}) < len(rows):
            self.message_user(request, ONE_OF_A_PROVIDER, messages.ERROR)
            return
        for key in rows:
            try:
                services.activate_key(key=key, **who(request))
                self.message_user(request, f"{key} is in use.", messages.SUCCESS)
            except ValidationError as error:
                self.message_user(request, f"{key}: {error.messages[0]}", messages.ERROR)


@admin.register(ProviderModel)
class ProviderModelAdmin(Importing, ConsoleAdmin):
    """The models that steps may be pointed at, and prices that differ from the published ones."""

    outgoing = tables.MODELS
    incoming = tables.PricesIn
    list_display = (
        "name", "provider", "enabled", "context_window", "input_price", "output_price", "synced_at",
    )  # fmt: skip
    list_filter = ("enabled", "provider")
    list_select_related = ("provider",)
    search_fields = ("name", "provider__name")
    search_help_text = "Model or provider"
    fields = (
        "provider", "name", "enabled", "context_window", "input_price", "output_price", "synced_at",
    )  # fmt: skip
    readonly_fields = ("synced_at",)
    actions = ("enable", "disable", "trip", "reset")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "provider") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: ProviderModel, form: Any, change: bool) -> None:
        services.save_model(model=obj, **who(request))

    def delete_model(self, request: HttpRequest, obj: ProviderModel) -> None:
        services.remove_model(model=obj, **who(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ProviderModel]) -> None:
        for model in queryset:
            self.delete_model(request, model)

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, chosen: QuerySet[ProviderModel]) -> None:
        self._toggle(request, chosen, True)

    @admin.action(description="Disable")
    def disable(self, request: HttpRequest, chosen: QuerySet[ProviderModel]) -> None:
        self._toggle(request, chosen, False)

    def _toggle(self, request: HttpRequest, chosen: QuerySet[ProviderModel], enabled: bool) -> None:
        """Those that stand so already are left alone; a refusal is told model by model."""
        changed = 0
        rows = list(chosen.select_related("provider"))
        for model in rows:
            if model.enabled == enabled:
                continue
            model.enabled = enabled
            try:
                services.save_model(model=model, **who(request))
                changed += 1
            except ValidationError as error:
                self.message_user(request, f"{model}: {' '.join(error.messages)}", messages.ERROR)
        word = "enabled" if enabled else "disabled"
        told = f"{changed} of {len(rows)} {word}; the others stand as they did."
        if changed == len(rows):
            told = f"{changed} {word}."
        self.message_user(request, told, messages.SUCCESS if changed else messages.WARNING)

    @admin.action(description="Trip the breaker: let no call through until it is reset")
    def trip(self, request: HttpRequest, chosen: QuerySet[ProviderModel]) -> None:
        rows = chosen.select_related("provider")
        trip_all(self, request, ((row.provider, row.name) for row in rows))

    @admin.action(description="Reset the breaker")
    def reset(self, request: HttpRequest, chosen: QuerySet[ProviderModel]) -> None:
        rows = chosen.select_related("provider")
        reset_all(self, request, ((row.provider, row.name) for row in rows))
