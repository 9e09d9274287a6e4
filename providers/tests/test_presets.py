"""The presets hold what a provider takes."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from providers.models import ApiProvider
from providers.presets import presets


@pytest.mark.parametrize("key", presets())
def test_it_holds_values_that_can_be_saved(key: str, settings: Settings) -> None:
    settings.PROVIDER_ALLOWED_HOSTS = ["localhost"]
    initial = presets()[key].initial | ({} if key != "other" else {"name": "x"})
    if key == "other":
        initial["base_url"] = "https://models.example.com/v1"
    provider = ApiProvider(**initial)
    provider.clean_fields()
    provider.clean()


def test_it_speaks_to_anthropic_in_its_own_protocol() -> None:
    initial = presets()["anthropic"].initial
    assert (initial["kind"], initial["header_name"]) == ("anthropic", "x-api-key")


def test_it_knows_the_vendors_of_the_product_s_description() -> None:
    vendors = {"openai", "anthropic", "gemini", "openrouter", "mistral", "groq", "together"}
    assert vendors | {"ollama", "vllm", "llama-cpp", "other"} == set(presets())
