"""Refuses too many requests of one kind within a minute: sign-ins of one network address, and
whatever other apps count with ``seconds_to_wait``.

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

from operations import silence

ATTEMPTS = 30
MINUTE = 60
GROUP = "sign-in"

View = Callable[..., HttpResponse]


def burst_limited(view: View) -> View:
    """Answer 429 with Retry-After to POSTs of one client address beyond ATTEMPTS a minute."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            seconds = seconds_to_wait(
                request, group=GROUP, who=_client(request), per_minute=ATTEMPTS
            )
            if seconds:
                return _too_many(request, seconds)
        return view(request, *args, **kwargs)

    return limited


def seconds_to_wait(request: HttpRequest, *, group: str, who: str, per_minute: int) -> int:
    """Count this request for ``who``; 0 if it may go on, else the seconds until the next may."""
    usage = get_usage(
        request, group=group, key=lambda *_: who, rate=(per_minute, MINUTE), increment=True
    )
    # The last second of django-ratelimit's window is part of it: the next begins one later.
    return usage["time_left"] + 1 if usage and usage["should_limit"] else 0


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    reason = f"Too many sign-ins were started from your network. Try again in {seconds} seconds."
    response = render(request, "429.html", {"reason": reason}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _client(request: HttpRequest) -> str:
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
        if not silence.is_silent():
            try:
                return bool(caches["default"].add(key, value, timeout, version))
            except RedisError:
                silence.fall_silent()
        return super().add(key, value, timeout, version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        if not silence.is_silent():
            try:
                return int(caches["default"].incr(key, delta, version))
            except RedisError:
                silence.fall_silent()
            except ValueError:
                pass  # Redis came back between the two and does not know the key
        super().add(key, 0, version=version)  # unless it was counted here before
        return super().incr(key, delta, version)
