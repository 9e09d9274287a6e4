"""Refuses too many attempts to sign in from one network address within a minute.

Counted by django-ratelimit in Redis, so that all processes share the count. Without Redis, and
while it does not answer, each process counts for itself: the limit is then looser by the number
of processes, and nobody is locked out or shown an error for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

RATE = "30/m"
GROUP = "sign-in"

View = Callable[..., HttpResponse]


def burst_limited(view: View) -> View:
    """Answer 429 with Retry-After to POSTs beyond RATE of one client address."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        usage = get_usage(
            request, group=GROUP, key=_client, rate=RATE, method="POST", increment=True
        )
        if usage and usage["should_limit"]:
            return _too_many(request, max(1, usage["time_left"]))
        return view(request, *args, **kwargs)

    return limited


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    reason = f"Too many sign-ins were started from your network. Try again in {seconds} seconds."
    response = render(request, "429.html", {"reason": reason}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _client(_group: str, request: HttpRequest) -> str:
    """The client's address; of IPv6 the /64, which one customer has for itself."""
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"  # a server on a Unix socket without a proxy in front
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return text


class SharedOrLocalCounts(LocMemCache):
    """The two operations that django-ratelimit counts with: in the default cache (Redis), or in
    this process's memory while Redis does not answer."""

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        try:
            return bool(caches["default"].add(key, value, timeout, version))
        except RedisError:
            return super().add(key, value, timeout, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        try:
            return int(caches["default"].incr(key, delta, version))
        except RedisError:
            super().add(key, 0, version=version)  # Redis went between the two
            return super().incr(key, delta, version)
