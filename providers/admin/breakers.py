"""Breakers in the console: what is kept from being called, and the two switches by hand."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from operations.admin import ConsoleAdmin, NamedValues, ReadOnlyAdmin
from providers import tripping
from providers.acting import who
from providers.errors import in_words
from providers.models import ApiProvider, ProviderBreaker

MOST_NAMED = 3


@admin.register(ProviderBreaker)
class ProviderBreakerAdmin(ReadOnlyAdmin):
    """One line for each model that ever failed too often, or was tripped by hand."""

    list_display = ("provider", "model", "state", "why", "probe_at", "openings", "changed_at")
    list_filter = ("state", "provider", ("reason", NamedValues), "changed_at")
    list_select_related = ("provider",)
    search_fields = ("provider__name", "model", "reason")
    search_help_text = "Provider, model or reason"
    fields = (
        "provider", "model", "state", "why", "probe_at", "probe", "counts_from", "openings",
        "changed_at",
    )  # fmt: skip
    actions = ("trip", "reset")

    @admin.display(description="why", ordering="reason")
    def why(self, breaker: ProviderBreaker) -> str:
        return why(breaker)

    @admin.action(description="Trip: let nothing through until it is reset")
    def trip(self, request: HttpRequest, chosen: QuerySet[ProviderBreaker]) -> None:
        rows = chosen.select_related("provider")
        trip_all(self, request, ((row.provider, row.model) for row in rows))

    @admin.action(description="Reset: let everything through again")
    def reset(self, request: HttpRequest, chosen: QuerySet[ProviderBreaker]) -> None:
        rows = chosen.select_related("provider")
        reset_all(self, request, ((row.provider, row.model) for row in rows))


def why(breaker: ProviderBreaker) -> str:
    """The reason of its state in words."""
    if breaker.state == ProviderBreaker.State.TRIPPED:
        return "An administrator tripped it."
    return in_words(breaker.reason) if breaker.reason else ""


def trip_all(
    page: ConsoleAdmin, request: HttpRequest, targets: Iterable[tuple[ApiProvider, str]]
) -> None:
    """Trip the breakers of these models of providers, and say so."""
    rows = [
        tripping.trip(provider=provider, model=model, **who(request)) for provider, model in targets
    ]
    _tell(page, request, rows)


def reset_all(
    page: ConsoleAdmin, request: HttpRequest, targets: Iterable[tuple[ApiProvider, str]]
) -> None:
    """Reset the breakers of these models of providers, and say so."""
    rows = [
        tripping.reset(provider=provider, model=model, **who(request))
        for provider, model in targets
    ]
    _tell(page, request, rows)


def _tell(page: ConsoleAdmin, request: HttpRequest, rows: list[ProviderBreaker]) -> None:
    """In one message, however many there are."""
    more = f", and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    named = "; ".join(map(str, rows[:MOST_NAMED]))
    page.message_user(request, f"{named}{more}.", messages.SUCCESS)
