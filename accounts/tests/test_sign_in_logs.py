"""Nothing that signs somebody in is written to the log."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from accounts import services
from accounts.models import User
from accounts.tests.provider_client import Provider, begin, come_back, query

pytestmark = pytest.mark.django_db


def written(caplog: pytest.LogCaptureFixture) -> str:
    """What the product's own handler makes of everything that was logged."""
    handler = next(
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, ProcessorFormatter)
    )
    # The tests' own requests to the provider are logged as well, by the library underneath.
    ours = [record for record in caplog.records if not record.name.startswith("urllib3")]
    return "\n".join(handler.format(record) for record in ours)


@pytest.mark.parametrize("sign", ["own", "other"])
def test_it_writes_no_code_state_or_secret_of_a_sign_in(
    client: Client, provider: Provider, caplog: pytest.LogCaptureFixture, sign: str
) -> None:
    sub = provider.knows()
    provider.misbehave(sign=sign)
    with caplog.at_level("DEBUG"):
        address = provider.agree(begin(client), sub)
        come_back(client, address)
    log = written(caplog)
    assert "/api/auth/oidc/callback?code=[redacted]&state=[redacted]" in log
    secrets = [query(address)["code"], query(address)["state"], "our-secret", "eyJ"]
    assert [secret for secret in secrets if secret in log] == []


def test_it_writes_no_sign_in_link(
    client: Client, alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    link = services.issue_login_link(alice.email)
    with caplog.at_level("DEBUG"):
        client.get(link)
        client.post(link + "x/")
        client.post(link)
    log = written(caplog)
    assert "/sign-in/link/[redacted]" in log
    assert link.split("/")[3] not in log
