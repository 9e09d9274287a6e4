"""What the tests of providers share: the pretend vendor, and providers that point at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx2
import pytest

from operations.secrets import Secret
from providers.tests.fake_vendor import FakeVendor, running_fake_vendor
from providers.tests.stand_in import StandIn

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from operations.sealed import SealedColumn
    from providers.models import ApiProvider, ProviderApiKey

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
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Takes the place of the network for adapters."""
    running = StandIn()
    with httpx2.Client(transport=httpx2.MockTransport(running)) as client:
        monkeypatch.setattr("operations.outbound.client", lambda: client)
        yield running


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


@pytest.fixture
def column(settings: Settings) -> SealedColumn:
    """The column of keys, with OLD as the only encryption key so far."""
    from operations import sealed
    from providers.tests.sealing import OLD

    settings.ENCRYPTION_KEY, settings.ENCRYPTION_KEYS_OLD = OLD, []
    (found,) = (one for one in sealed.columns() if one.name == "provider_api_keys.ciphertext")
    return found


@pytest.fixture
def make_key(column: SealedColumn, db: None) -> Callable[[], ProviderApiKey]:
    from providers import services
    from providers.models import ApiProvider
    from providers.tests.sealing import TEXT

    def make() -> ProviderApiKey:
        provider = services.add_provider(
            name=f"P{ApiProvider.objects.count()}",
            base_url="https://api.example.com/v1",
            by=None,
            address=None,
        )
        return services.set_key(provider=provider, key=Secret(TEXT), by=None, address=None)

    return make
