"""Tells programs what is left of a limit, in the fields RateLimit-Policy and RateLimit.

They are those of draft-ietf-httpapi-ratelimit-headers-10: lists of structured fields (RFC 9651),
each member a limit's name with its parameters. ``q`` is how much there is in a window of ``w``
seconds, ``r`` what is left of it, ``t`` the seconds until it is whole again.
"""

from __future__ import annotations

from django.http import HttpResponse

from billing.limits import Allowance, LimitReached

DAY, DAY_SECONDS = "daily", 86_400
MINUTE, MINUTE_SECONDS = "minute", 60


def tell_allowance(response: HttpResponse, left: Allowance) -> None:
    """What is left of the day; nothing is said where there is no limit."""
    if left.limit is not None and left.remaining is not None:
        _tell(response, DAY, DAY_SECONDS, left.limit, left.remaining, left.seconds_until_reset)


def tell_limit_reached(response: HttpResponse, reached: LimitReached) -> None:
    """That nothing is left of the day."""
    _tell(response, DAY, DAY_SECONDS, reached.limit, 0, reached.retry_after)


def tell_too_many_a_minute(response: HttpResponse, allowed: int, retry_after: int) -> None:
    """That nothing is left of the minute. Of the day nothing is known: it was not asked about."""
    _tell(response, MINUTE, MINUTE_SECONDS, allowed, 0, retry_after)


def _tell(
    response: HttpResponse, name: str, window: int, quota: int, left: int, seconds: int
) -> None:
    response["RateLimit-Policy"] = f'"{name}";q={quota};w={window}'
    response["RateLimit"] = f'"{name}";r={left};t={seconds}'
