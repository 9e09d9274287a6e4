"""What the tests of providers share: the pretend vendor, and providers that point at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from operations.secrets import Secret
from providers.tests.fake_vendor import FakeVendor, running_fake_vendor

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from providers.models import ApiProvider

CANARY = "sk-canary-7Qd2mXw9LrT4zKpB8vNcE1hJ"


@pytest.fixture(scope="session")
def vendor_process() -> Iterator[FakeVendor]:
    with running_fake_vendor() as vendor:
        yield vendor


@pytest.fixture
def vendor(vendor_process: FakeVendor, settings: Settings) -> FakeVendor:
    """The pretend vendor, listed as allowed; faults are chosen by the model fault-KIND."""
    settings.PROVIDER_ALLOWED_HOSTS = [vendor_process.host]
    return vendor_process


@pytest.fixture
def make_provider(vendor: FakeVendor, db: None) -> Callable[..., ApiProvider]:
    """Adds a provider at the pretend vendor with the canary as its key."""
    from providers import services

    def make(name: str = "Fake", key: str = CANARY, **fields: object) -> ApiProvider:
        provider = services.add_provider(
            **{"name": name, "base_url": vendor.base_url, "by": None, "address": None, **fields}
        )
        if key:
            services.set_key(provider=provider, key=Secret(key), by=None, address=None)
        return provider

    return make


@pytest.fixture
def provider(make_provider: Callable[..., ApiProvider]) -> ApiProvider:
    return make_provider()
