"""Checks enabled providers again and again, so that a failure shows before a user meets it.

A probe lists the provider's models: it never asks a model anything, so it costs nothing. Whoever
probes a provider claims it first, by one conditional UPDATE, so that any number of processes may
look at the same time. Real calls that succeed make a probe needless.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from operations import runtime_config
from operations.clock import Now, now_plus
from operations.database import in_database
from providers import checks
from providers.models import ApiProvider, ProviderApiKey, ProviderCall, ProviderHealth
from providers.parameters import HEALTH_INTERVAL, PROBES_PER_DAY

LOOK_SECONDS = 5.0
PROBE_SECONDS = 10.0
LOOK_AHEAD = 10  # providers that are tried to claim, should others be faster
DAY = timedelta(days=1)
NO_KEY_NEEDED = ApiProvider.Auth.NONE
logger = structlog.get_logger(__name__)


def run_due(at_most: int) -> int:
    """Probe up to ``at_most`` providers whose time has come, one by one; returns how many.

    Takes PROBE_SECONDS for each at the longest, and holds no database connection meanwhile.
    """
    for done in range(at_most):
        provider = in_database(claim)
        if provider is None:
            return done
        _probe(provider)
    return at_most


def claim() -> ApiProvider | None:
    """Take the provider that waited longest for its probe; None when none is due."""
    interval = timedelta(seconds=runtime_config.number(HEALTH_INTERVAL.name))
    if not interval:
        return None
    budget = runtime_config.number(PROBES_PER_DAY.name)
    waiting = _due(interval, budget).filter(_worth_asking(interval))
    longest_first = waiting.order_by(F("probed_at").asc(nulls_first=True), "pk")
    for key in longest_first.values_list("pk", flat=True)[:LOOK_AHEAD]:
        if _claimed(_due(interval, budget).filter(pk=key)):
            return ApiProvider.objects.filter(pk=key).first()
    return None


def plan_of(provider: ApiProvider) -> str:
    """When the provider is probed, or why it is not, as a sentence."""
    interval = runtime_config.number(HEALTH_INTERVAL.name)
    if not provider.enabled:
        return "It is not probed: it is disabled."
    if not interval:
        return "Nothing is probed: provider_health_interval is 0 in the system config."
    if not ApiProvider.objects.filter(_has_what_it_needs(), pk=provider.pk).exists():
        return "It is not probed until it has a key."
    budget = runtime_config.number(PROBES_PER_DAY.name)
    used = _used(provider)
    if used >= budget:
        return f"It is not probed any more today: all {budget:,} probes are used."
    return (
        f"It is probed {interval:,} seconds after its last check, unless real calls succeeded "
        f"meanwhile; {used:,} of {budget:,} probes of the day are used."
    )


def _due(interval: timedelta, budget: int) -> QuerySet[ApiProvider]:
    """Enabled providers that nobody checked for ``interval`` and that have probes left."""
    rested = Q(probed_at=None) | Q(probed_at__lt=now_plus(-interval))
    unseen = Q(checked_at=None) | Q(checked_at__lt=now_plus(-interval))
    affordable = _day_is_over() | Q(probes_used__lt=budget)
    return ApiProvider.objects.filter(rested, unseen, affordable, enabled=True)


def _day_is_over() -> Q:
    """A day of the budget begins with its first probe."""
    return Q(probes_since=None) | Q(probes_since__lt=now_plus(-DAY))


def _worth_asking(interval: timedelta) -> Q:
    """All but those whose real calls say it already; a failed status only a check can mend."""
    answered = ProviderCall.objects.filter(
        provider=OuterRef("pk"),
        started_at__gte=now_plus(-interval),
        state=ProviderCall.State.SUCCEEDED,
    )
    known_well = Q(Exists(answered), status=ApiProvider.Status.CONNECTED)
    return ~known_well & _has_what_it_needs()


def _has_what_it_needs() -> Q:
    """Somebody who has just added a provider may still be looking for its key."""
    active = ProviderApiKey.objects.filter(provider=OuterRef("pk"), is_active=True)
    was_tested = ~Q(status=ApiProvider.Status.UNTESTED)
    return was_tested | Q(auth_type=NO_KEY_NEEDED) | Q(Exists(active))


def _claimed(provider: QuerySet[ApiProvider]) -> bool:
    """Note the probe before it is made, if it is still due: of several claims one succeeds.

    MySQL assigns in this order and would let ``probes_used`` see the new ``probes_since``.
    """
    fresh = When(_day_is_over(), then=Value(1))
    began = When(_day_is_over(), then=Now())
    return bool(
        provider.update(
            probes_used=Case(fresh, default=F("probes_used") + 1),
            probes_since=Case(began, default=F("probes_since")),
            probed_at=Now(),
        )
    )


def _used(provider: ApiProvider) -> int:
    running = ApiProvider.objects.exclude(_day_is_over()).filter(pk=provider.pk)
    return running.values_list("probes_used", flat=True).first() or 0


def _probe(provider: ApiProvider) -> None:
    outcome = checks.ask(provider, PROBE_SECONDS)
    health = in_database(checks.keep, provider, outcome, ProviderHealth.Source.PROBE)
    in_database(checks.purge_old)  # here too: without beat there is no nightly purge
    was_well = provider.status == ApiProvider.Status.CONNECTED
    if health.ok and not was_well:
        logger.info("provider_connected", provider=provider.name)
    elif was_well and not health.ok:
        logger.warning("provider_failed", provider=provider.name, error=health.error)
