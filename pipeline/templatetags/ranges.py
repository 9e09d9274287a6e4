"""Template filters that show what is expected, from the least to the most, roundly."""

from __future__ import annotations

from django import template

from pipeline.experience import Range
from pipeline.templatetags.display import dollars

register = template.Library()


@register.filter
def about_dollars(cost: Range | None) -> str:
    """Micro-dollars with two digits that count: $0.0012 to $0.035."""
    if cost is None:
        return "unknown"
    return _between(dollars(rounded(cost.low)), dollars(rounded(cost.high)))


@register.filter
def about_tokens(tokens: Range) -> str:
    """Tokens with two digits that count: 1,200 to 3,500."""
    return _between(f"{rounded(tokens.low):,}", f"{rounded(tokens.high):,}")


@register.filter
def about_time(milliseconds: Range) -> str:
    """Seconds, from two minutes on whole minutes: 4 to 30 s, 1 s to 3 min."""
    low, high = _time(milliseconds.low), _time(milliseconds.high)
    if low.endswith(" s") and high.endswith(" s"):
        low = low if low == high else low.removesuffix(" s")
    return _between(low, high)


def rounded(number: int) -> int:
    """The nearest number with no more than two digits that are not 0 at its end."""
    digits = len(str(number)) - 2
    return number if digits <= 0 else round(number, -digits)


def _time(milliseconds: int) -> str:
    seconds = max(1, round(milliseconds / 1000))
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
