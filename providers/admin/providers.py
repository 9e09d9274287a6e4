"""Providers in the console: where models are called, with which keys, and how that went."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters

from operations.admin import ConsoleAdmin, RowActions
from providers import keys, services, traffic
from providers.acting import who
from providers.admin.breakers import why
from providers.forms import ProviderForm
from providers.health import in_words, panel_of
from providers.models import ApiProvider, ProviderApiKey, ProviderBreaker, ProviderHealth
from providers.presets import presets
from providers.traffic import Traffic

TEST_AND_SYNC = (("test_connection", "Test connection"), ("sync_models", "Sync models"))
SWITCH_ON, SWITCH_OFF = ("enable", "Enable"), ("disable", "Disable")
Ask = Callable[[ApiProvider, dict[str, Any]], tuple[ProviderHealth, str]]
UNREADABLE = "cannot be opened: was ENCRYPTION_KEY changed?"


@admin.register(ApiProvider)
class ApiProviderAdmin(RowActions, ConsoleAdmin):
    """Add a provider from a preset, set its key, test it, sync its models."""

    form = ProviderForm
    list_display = (
        "name", "status", "real_calls", "enabled", "key_ending", "model_count", "checked_at",
        "may_receive_code", "kind", "base_url",
    )  # fmt: skip
    list_filter = ("status", "enabled", "kind", "may_receive_code")
    search_fields = ("name", "base_url")
    search_help_text = "Name or base URL"
    fieldsets = (
        (None, {"fields": ("name", "kind", "base_url", "enabled")}),
        ("Submitted code", {"fields": ("may_receive_code", "code_from")}),
        ("Key", {"fields": ("auth_type", "header_name", "header_prefix", "new_key", "stored")}),
        ("Requests", {"fields": ("structured_output", "streams", "extra_headers")}),
        ("Breakers", {"fields": ("breakers",)}),
    )
    readonly_fields = ("stored", "breakers")
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

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page's list, with what real calls say of its providers: one aggregate for all."""
        changelist = super().get_changelist_instance(request)
        found = traffic.of([provider.pk for provider in changelist.result_list])
        for provider in changelist.result_list:
            provider.traffic = found.get(provider.pk, Traffic())
        return changelist

    def row_actions_of(self, row: ApiProvider) -> tuple[tuple[str, str], ...]:
        return (*TEST_AND_SYNC, SWITCH_OFF if row.enabled else SWITCH_ON)

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
        more = dict(extra_context or {})
        provider = self.get_object(request, object_id) if object_id else None
        if provider is not None:
            more["health"] = panel_of(provider)
        elif object_id is None:
            more["presets"] = presets().values()
            more["chosen"] = presets().get(request.GET.get("preset", ""))
        try:
            return super().changeform_view(request, object_id, form_url, more)
        except ValidationError as problem:  # somebody was faster, after the form was checked
            self.message_user(request, " ".join(problem.messages), messages.ERROR)
            return redirect("admin:providers_apiprovider_changelist")

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

    @admin.display(description="real calls, 24 hours")
    def real_calls(self, provider: ApiProvider) -> str:
        return str(provider.traffic)  # type: ignore[attr-defined]  # set above

    @admin.display(description="stored keys")
    def stored(self, provider: ApiProvider) -> SafeString | str:
        rows = [(_described(row),) for row in provider.keys.all()] if provider.pk else []
        return format_html_join("", "<div>{}</div>", rows) or "none"

    @admin.display(description="not closed")
    def breakers(self, provider: ApiProvider) -> SafeString | str:
        row = '<div><a href="{}">{}: {}</a>. {}</div>'
        return format_html_join("", row, _not_closed(provider)) or "none"

    @admin.action(description="Test the connection")
    def test_connection(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        self._ask_each(request, chosen, _test)

    @admin.action(description="Sync the models")
    def sync_models(self, request: HttpRequest, chosen: QuerySet[ApiProvider]) -> None:
        self._ask_each(request, chosen, _sync)

    def _ask_each(self, request: HttpRequest, chosen: QuerySet[ApiProvider], ask: Ask) -> None:
        """One by one, while there is time; whoever is left out is told."""
        ends_at = time.monotonic() + services.TEST_SECONDS
        for provider in chosen:
            if time.monotonic() >= ends_at:
                told = f"{provider}: not asked, because the others took too long. Choose it alone."
                self.message_user(request, told, messages.WARNING)
                continue
            try:
                self._tell(request, provider, *ask(provider, who(request)))
            except services.WaitsAlready as error:
                self.message_user(request, f"{provider}: {error}", messages.ERROR)

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
                told = f"{provider} is {'enabled' if enabled else 'disabled'}."
                self.message_user(request, told, messages.SUCCESS)
            except ValidationError as error:
                told = f"{provider}: {' '.join(error.messages)}"
                self.message_user(request, told, messages.ERROR)

    def _tell(
        self, request: HttpRequest, provider: ApiProvider, health: ProviderHealth, good: str
    ) -> None:
        if health.ok:
            self.message_user(request, f"{provider}: {good}", messages.SUCCESS)
        else:
            told = f"{provider}: {in_words(health.error)} ({health.error}) {health.detail}"
            self.message_user(request, told, messages.ERROR)


def _test(provider: ApiProvider, by: dict[str, Any]) -> tuple[ProviderHealth, str]:
    health = services.test_connection(provider=provider, **by)
    return health, f"answered in {health.latency_ms} ms."


def _sync(provider: ApiProvider, by: dict[str, Any]) -> tuple[ProviderHealth, str]:
    added, health = services.sync_models(provider=provider, **by)
    return health, f"{len(added)} new {'model' if len(added) == 1 else 'models'}."


def _not_closed(provider: ApiProvider) -> list[tuple[str, str, str, str]]:
    """Address, model, state and reason; where to reset one is the list of the model's breakers."""
    here = reverse("admin:providers_providerbreaker_changelist")
    rows = provider.breakers.exclude(state=ProviderBreaker.State.CLOSED)
    return [(f"{here}?id={row.pk}", row.model, row.get_state_display(), why(row)) for row in rows]


def _described(row: ProviderApiKey) -> str:
    state = "in use" if row.is_active else "kept"
    readable = "" if keys.opens(row) else f" ({UNREADABLE})"
    return f"…{row.last_four} {state}, since {row.created_at:%Y-%m-%d %H:%M}{readable}"
