"""Amounts of money as people read them."""

from __future__ import annotations


def dollars(microdollars: int | None) -> str:
    """Millionths of a US dollar in dollars, never rounded away; an unknown price stays unknown."""
    if microdollars is None:
        return "unknown"
    whole, rest = divmod(microdollars, 1_000_000)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"${whole:,}.{decimals}"
