"""What administrators may change of the providers while they run; see operations.runtime_config."""

from __future__ import annotations

from operations.runtime_config import Parameter

HEALTH_INTERVAL = Parameter(
    "provider_health_interval",
    default=300,
    maximum=86_400,
    help="PROVIDER_HEALTH_INTERVAL: seconds after which an enabled provider is probed again, by "
    "listing its models, unless real calls succeeded meanwhile. 0 switches probes off.",
)
PROBES_PER_DAY = Parameter(
    "provider_probes_per_day",
    default=288,
    minimum=1,
    maximum=86_400,
    help="Probes that one provider gets within a day at most, however short the interval is. Tests "
    "and syncs by hand do not count.",
)
HEALTH_DAYS = Parameter(
    "provider_health_days",
    default=30,
    minimum=1,
    maximum=3650,
    help="Days after which the results of probes, tests and syncs of providers are deleted.",
)
WINDOW = Parameter(
    "breaker_window_seconds",
    default=300,
    minimum=10,
    maximum=86_400,
    help="Seconds over which the breaker of a provider's model looks at the calls that ended.",
)
MINIMUM_CALLS = Parameter(
    "breaker_minimum_calls",
    default=5,
    minimum=1,
    maximum=10_000,
    help="Calls that must have ended within the window before a breaker opens on their failures.",
)
FAILURE_PERCENT = Parameter(
    "breaker_failure_percent",
    default=50,
    minimum=1,
    maximum=100,
    help="Share of failed calls, in percent of those in the window, at which a breaker opens.",
)
OPEN_SECONDS = Parameter(
    "breaker_open_seconds",
    default=60,
    minimum=1,
    maximum=86_400,
    help="Seconds for which an open breaker lets nothing through. Then one call tries whether the "
    "model works again.",
)
ALL = (
    HEALTH_INTERVAL, PROBES_PER_DAY, HEALTH_DAYS,
    WINDOW, MINIMUM_CALLS, FAILURE_PERCENT, OPEN_SECONDS,
)  # fmt: skip
