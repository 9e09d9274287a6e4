"""What a call cost, in integer micro-dollars; None when the price or the usage is unknown."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Decimal

from providers.types import Usage

MICRODOLLARS = 1_000_000
TOKENS_PER_PRICE = 1_000_000


def cost(
    usage: Usage, *, base_url: str, model: str, override: tuple[int, int] | None = None
) -> int | None:
    """The cost of one call in millionths of a US dollar, half up.

    ``override`` is (input, output) in micro-dollars per million tokens. Without one the published
    price counts, looked up for the vendor at ``base_url``: the same model elsewhere may cost
    something else. Cached tokens are counted as fresh ones, so the cost is never too low for them.
    """
    if usage.input_tokens is None or usage.output_tokens is None:
        return None
    if override is not None:
        total = usage.input_tokens * override[0] + usage.output_tokens * override[1]
        return (total + TOKENS_PER_PRICE // 2) // TOKENS_PER_PRICE
    return _published(usage, base_url, model)


def prepare() -> None:
    """Import the published prices, which takes a third of a second, once a process."""
    import genai_prices  # noqa: F401


def is_prepared() -> bool:
    """Whether ``prepare`` would have nothing to do."""
    return "genai_prices" in sys.modules


def _published(usage: Usage, base_url: str, model: str) -> int | None:
    from genai_prices import Usage as Counted  # 0.3 s to import
    from genai_prices import calc_price

    counted = Counted(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        price = calc_price(counted, model, provider_api_url=base_url)
    except LookupError:
        return None
    microdollars = (price.total_price * MICRODOLLARS).quantize(Decimal(1), ROUND_HALF_UP)
    return int(microdollars)
