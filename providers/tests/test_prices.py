"""What a call costs: the published price of that vendor, the administrator's, or unknown."""

from __future__ import annotations

import pytest

from providers.prices import cost
from providers.types import Usage

OPENAI = "https://api.openai.com/v1"
USAGE = Usage(1_000_000, 1_000_000)


def test_it_knows_the_published_price_of_a_vendor() -> None:
    assert cost(Usage(1000, 100), base_url=OPENAI, model="gpt-4o-mini") == 210


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        (OPENAI, "no-such-model"),
        ("http://ollama:11434/v1", "gpt-4o-mini"),
        ("https://api.mistral.ai/v1", "gpt-4o-mini"),
    ],
)
def test_it_leaves_an_unknown_price_unknown(base_url: str, model: str) -> None:
    assert cost(USAGE, base_url=base_url, model=model) is None


@pytest.mark.parametrize("usage", [Usage(), Usage(1, None), Usage(None, 1)])
def test_it_leaves_the_cost_of_unknown_usage_unknown(usage: Usage) -> None:
    assert cost(usage, base_url=OPENAI, model="gpt-4o-mini", override=(1, 1)) is None


def test_it_prefers_the_administrator_s_price() -> None:
    assert cost(USAGE, base_url=OPENAI, model="gpt-4o-mini", override=(3, 4)) == 7


def test_it_takes_a_price_of_zero_for_what_it_is() -> None:
    assert cost(USAGE, base_url=OPENAI, model="gpt-4o-mini", override=(0, 0)) == 0


@pytest.mark.parametrize(("tokens", "microdollars"), [(1, 0), (499_999, 0), (500_000, 1)])
def test_it_rounds_half_up_to_whole_microdollars(tokens: int, microdollars: int) -> None:
    usage = Usage(tokens, 0)
    assert cost(usage, base_url=OPENAI, model="x", override=(1, 0)) == microdollars
