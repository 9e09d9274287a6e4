"""Turns a vendor's refusal (status, code, text) into an error of the one tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from providers import errors
from providers.errors import ProviderError

LONGEST_TEXT = 2_000  # what is looked at of a refusal's text
LONGEST_RETRY_AFTER = timedelta(hours=1)

# Vendors say these in words of their own, mostly under a status of 400; the first match counts.
TELLING: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = (
    (
        re.compile(
            r"context_length_exceeded|context.?(length|window|size|limit)|maximum context"
            r"|prompt is too long|too many (input )?tokens"
            r"|exceeds? the (maximum|available)[^.]*tokens"
        ),
        errors.ContextTooLong,
    ),
    (
        re.compile(
            r"content_filter|content filtering|content_policy|content management policy"
            r"|safety system"
        ),
        errors.ContentFiltered,
    ),
    (
        re.compile(
            r"model_not_found|model_not_exist|invalid_model|no such model|unknown model"
            r"|model\b.{0,80}\b(does not exist|not found|not available|decommissioned)"
        ),
        errors.UnknownModel,
    ),
    (
        re.compile(
            r"insufficient_quota|insufficient (credit|balance|funds)|credit balance|spend limit"
        ),
        errors.CreditExhausted,
    ),
    (
        re.compile(r"api key not valid|invalid_api_key|incorrect api key"),
        errors.AuthenticationFailed,
    ),
)
BY_STATUS: dict[int, type[ProviderError]] = {
    401: errors.AuthenticationFailed,
    402: errors.CreditExhausted,
    403: errors.PermissionDenied,
    404: errors.UnknownModel,
    407: errors.ConnectionFailed,
    408: errors.CallTimedOut,
    409: errors.ServerFailed,
    425: errors.ServerFailed,
    429: errors.RateLimited,
    504: errors.CallTimedOut,
}
# What a text may say differently from the status: the others mean what they are.
TALKATIVE = {400, 403, 413, 422, 429}


def error_for(status: int, text: str, headers: Mapping[str, str]) -> ProviderError:
    """The error that a response with ``status`` (400 or more) means. ``text`` holds no key."""
    return _class_for(status, text[:LONGEST_TEXT].lower())(
        f"HTTP {status}: {text}", retry_after=retry_after(headers)
    )


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The wait that the provider asks for, in seconds or as a date; an hour at most."""
    value = headers.get("retry-after", "").strip()
    wait: timedelta | None
    try:
        wait = timedelta(seconds=float(value))
    except ValueError:
        wait = _until(value)
    except OverflowError:
        wait = LONGEST_RETRY_AFTER
    if wait is None or wait <= timedelta(0):
        return None
    return min(wait, LONGEST_RETRY_AFTER)


def _class_for(status: int, text: str) -> type[ProviderError]:
    if status in TALKATIVE:
        for pattern, told in TELLING:
            if pattern.search(text) and (status != 429 or told is errors.CreditExhausted):
                return told
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status == 413:
        return errors.ContextTooLong
    return errors.ServerFailed if status >= 500 else errors.BadRequest


def _until(date: str) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or one that is outside of the calendar in UTC
        return None
    return moment - datetime.now(UTC)
