"""A provider's health as its page shows it: status, last error, real calls and drawn history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.clock import database_now
from providers import probes, traffic
from providers.drawing import Chart, Check, Scale
from providers.models import ApiProvider, ProviderHealth
from providers.traffic import Traffic

DAY = Scale("day", "Last 24 hours", timedelta(minutes=30), 48)
MONTH = Scale("month", "Last 30 days", timedelta(days=1), 30)
FEW_CALLS = 5  # from which on their failures say something of the provider
POOR_PERCENT = 50
WORDS = {
    "not-configured": "Nothing was sent: a key is missing or cannot be opened. Enter a new key.",
    "address-refused": "Nothing was sent: the address is not allowed. Use a public address, or "
    "list this one in PROVIDER_ALLOWED_HOSTS.",
    "authentication": "The provider does not accept the key. Enter a valid one.",
    "permission": "The key is valid but may not do this. Look at its rights at the provider.",
    "credit": "The account with the provider is used up. Add credit there.",
    "unknown-model": "The provider does not know the address or the model. Check the base URL, "
    "and sync the models.",
    "bad-request": "The provider did not understand the request. Check the kind and the base URL.",
    "context-length": "The code was longer than the model takes.",
    "content-filter": "The provider or its model refused the content.",
    "rate-limit": "The provider asks to be called less often. This passes by itself.",
    "server": "The provider has a failure of its own. This passes by itself, as a rule.",
    "connection": "The provider cannot be reached. Check the address, its server and the network.",
    "timeout": "The provider did not answer in time.",
    "deadline": "The time for all calls together was over before the provider answered.",
    "cut-short": "Calls before it had left too little time for this one.",
    "malformed-answer": "What answered does not speak the protocol of models. Check the kind and "
    "the base URL.",
    "answer-too-large": "The answer was far too long and was not read.",
    "empty-answer": "The provider answered nothing.",
}
OTHER_WORDS = "The provider could not be used ({code})."


@dataclass(frozen=True)
class Panel:
    """Everything that the health panel shows; sentences are ready to be read."""

    provider: ApiProvider
    last: ProviderHealth | None
    plan: str
    traffic: Traffic
    charts: tuple[Chart, ...]

    @property
    def problem(self) -> str:
        """The last error in plain words; empty while the last check was good."""
        if self.provider.status != ApiProvider.Status.FAILED or self.last is None:
            return ""
        return in_words(self.last.error)

    @property
    def call_problem(self) -> str:
        """The last error of a real call in plain words."""
        failure = self.traffic.last_failure
        return in_words(failure.error) if failure else ""

    @property
    def doubt(self) -> str:
        """Said when the status is better than what users meet."""
        percent, status = self.traffic.percent, self.provider.status
        is_poor = percent is not None and percent < POOR_PERCENT and self.traffic.calls >= FEW_CALLS
        if status == ApiProvider.Status.CONNECTED and is_poor:
            return "It lists its models, but most real calls fail."
        return ""


def in_words(code: str) -> str:
    """What an error of the tree means to an administrator, and what to do."""
    return WORDS.get(code) or OTHER_WORDS.format(code=code or "for an unknown reason")


def panel_of(provider: ApiProvider) -> Panel:
    """Read a provider's panel; its number of queries does not grow with the history."""
    now = database_now()
    checks = _checks_since(provider, MONTH.start(now))
    return Panel(
        provider=provider,
        last=provider.health_history.order_by("-checked_at", "-pk").first(),
        plan=probes.plan_of(provider),
        traffic=traffic.of([provider.pk]).get(provider.pk, Traffic()),
        charts=tuple(Chart.of(scale, now, checks) for scale in (DAY, MONTH)),
    )


def _checks_since(provider: ApiProvider, start: datetime) -> list[Check]:
    rows = provider.health_history.filter(checked_at__gte=start).order_by("checked_at")
    return [Check(*row) for row in rows.values_list("checked_at", "ok", "latency_ms")]
