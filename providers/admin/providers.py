"""Providers in the console: where models are called, with which keys, and how that went."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters

from operations.admin import ConsoleAdmin
from providers import keys, services
from providers.admin.acting import who
from providers.forms import ProviderForm
from providers.models import ApiProvider, ProviderApiKey, ProviderHealth
from providers.presets import presets

PROVIDER_ACTIONS = (("test_connection", "Test connection"), ("sync_models", "Sync models"))
UNREADABLE = "cannot be opened: was ENCRYPTION_KEY changed?"


@admin.register(ApiProvider)
class ApiProviderAdmin(ConsoleAdmin):
    """Add a provider from a preset, set its key, test it, sync its models."""

    form = ProviderForm
    list_display = (
        "name", "status", "enabled", "may_receive_code", "kind", "base_url", "key_ending",
        "model_count", "checked_at",
    )  # fmt: skip
    list_filter = ("status", "enabled", "kind", "may_receive_code")
    search_fields = ("name", "base_url")
    search_help_text = "Name or base URL"
    fieldsets = (
        (None, {"fields": ("name", "kind", "base_url", "enabled", "may_receive_code")}),
        ("Key", {"fields": ("auth_type", "header_name", "header_prefix", "new_key", "stored")}),
        ("Requests", {"fields": ("structured_output", "extra_headers")}),
        ("Last test", {"fields": ("status", "last_error", "checked_at")}),
    )
    readonly_fields = ("stored", "status", "last_error", "checked_at")
    actions = ("test_connection", "sync_models", "enable", "disable")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiProvider]:
        active = ProviderApiKey.objects.filter(provider=OuterRef("pk"), is_active=True)
        providers: QuerySet[ApiProvider] = super().get_queryset(request)
        return providers.annotate(
            active_ending=Subquery(active.values("last_four")[:1]), models_count=Count("models")
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        preset = presets().get(request.GET.get("preset", ""))
        return dict(preset.initial) if preset else {}

    def get_fieldsets(self, request: HttpRequest, obj: ApiProvider | None = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:-1]

    @method_decorator(sensitive_post_parameters("new_key"))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        more = {"provider_actions": PROVIDER_ACTIONS, **(extra_context or {})}
        if object_id is None:
            more["presets"] = presets().values()
            more["chosen"] = presets().get(request.GET.get("preset", ""))
        return super().changeform_view(request, object_id, form_url, more)

    def save_model(
        self, request: HttpRequest, obj: ApiProvider, form: ProviderForm, change: bool
    ) -> None:
        values = form.provider_values()
        if change:
            had_keys = obj.keys.exists()
            saved = services.change_provider(provider=obj, **values, **who(request))
            if had_keys and not saved.keys.exists():
                self.message_user(
                    request, "The address changed: its keys were removed.", messages.WARNING
                )
        else:
            saved = services.add_provider(**values, **who(request))
        if form.key:
            services.set_key(provider=saved, key=form.key, **who(request))
            saved.refresh_from_db()
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: ApiProvider) -> None:
        services.delete_provider(provider=obj, **who(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiProvider]) -> None:
        for provider in queryset:
            self.delete_model(request, provider)

    @admin.display(description="key", ordering="active_ending")
    def key_ending(self, provider: ApiProvider) -> str:
        ending = getattr(provider, "active_ending", None)
        if provider.auth_type == ApiProvider.Auth.NONE:
            return "not needed"
        return "missing" if ending is None else f"…{ending}"

    @admin.display(description="models", ordering="models_count")
    def model_count(self, provider: ApiProvider) -> int:
        count: int = provider.models_count  # type: ignore[attr-defined]  # annotated above
        return count

    @admin.display(description="stored keys")
    def stored(self, provider: ApiProvider) -> SafeString | str:
        rows = [(_described(row),) for row in provider.keys.all()] if provider.pk else []
        return format_html_join("", "<div>{}</div>", rows) or "none"

    @admin.action(description="Test the connection")
    def test_connection(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        for provider in chosen:
            health = services.test_connection(provider=provider, **who(request))
            self._tell(request, provider, health, f"answered in {health.latency_ms} ms.")

    @admin.action(description="Sync the models")
    def sync_models(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        for provider in chosen:
            added, health = services.sync_models(provider=provider, **who(request))
            self._tell(request, provider, health, f"{len(added)} new models.")

    @admin.action(description="Enable")
    def enable(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        self._toggle(request, chosen, True)

    @admin.action(description="Disable")
    def disable(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        self._toggle(request, chosen, False)

    def _toggle(self, request: HttpRequest, chosen: QuerySet[ApiProvider], enabled: bool) -> None:
        for provider in chosen:
            try:
                services.toggle_provider(provider=provider, enabled=enabled, **who(request))
            except ValidationError as error:
                told = f"{provider}: {' '.join(error.messages)}"
                self.message_user(request, told, messages.ERROR)

    def _tell(
        self, request: HttpRequest, provider: ApiProvider, health: ProviderHealth, good: str
    ) -> None:
        if health.ok:
            self.message_user(request, f"{provider}: {good}", messages.SUCCESS)
        else:
            told = f"{provider}: {health.error}. {health.detail}"
            self.message_user(request, told, messages.ERROR)


def _described(row: ProviderApiKey) -> str:
    state = "in use" if row.is_active else "kept"
    readable = "" if keys.opens(row) else f" ({UNREADABLE})"
    return f"…{row.last_four} {state}, since {row.created_at:%Y-%m-%d %H:%M}{readable}"
