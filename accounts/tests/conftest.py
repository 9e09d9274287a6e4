"""What the tests of sign-in share: the provider on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from accounts.tests.provider_client import Provider


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    with Provider.started() as provider:
        yield provider


@pytest.fixture
def provider(provider_process: Provider, settings: Settings) -> Provider:
    """A well-behaved provider, configured as the generic one; everybody may sign in."""
    provider_process.misbehave()
    settings.OIDC_NAME = "Corporate ID"
    settings.OIDC_ISSUER = provider_process.url
    settings.OIDC_CLIENT_ID = "our-client"
    settings.OIDC_CLIENT_SECRET = "our-secret"
    settings.SIGNIN_ALLOWED = ["*"]
    return provider_process
