"""A provider that is away or describes itself wrongly gives a page that says so, never a 500."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django.asserts import assertContains
from pytest_django.fixtures import Settings

from accounts import openid
from accounts.tests.provider_client import START, Provider, begin, come_back, user_in
from accounts.ways import ways

pytestmark = pytest.mark.django_db

UNUSABLE = "does not answer as it should"


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": 7},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_it_does_not_start_at_a_provider_that_describes_itself_wrongly(
    client: Client, provider: Provider, discovery: dict[str, Any]
) -> None:
    provider.misbehave(discovery=discovery)
    assertContains(client.post(START), UNUSABLE, status_code=502)


def test_it_takes_no_addresses_without_tls_from_a_provider_with_tls(
    rf: RequestFactory, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = replace(ways()["oidc"], issuer="https://idp.example")
    described = {
        "issuer": "https://idp.example",
        "authorization_endpoint": "https://idp.example/a",
        "token_endpoint": "http://idp.example/t",
        "jwks_uri": "https://idp.example/k",
    }
    monkeypatch.setattr(openid, "_fetch", lambda *_: described)
    with pytest.raises(openid.ProviderUnusable, match="without TLS"):
        _ = openid.OpenIDAdapter(rf.get("/"), way).discovery


def test_it_does_not_start_at_a_provider_that_is_away(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assertContains(client.post(START), UNUSABLE, status_code=502)


def test_it_says_so_when_the_provider_goes_away_meanwhile(
    client: Client, provider: Provider, settings: Settings
) -> None:
    address = provider.agree(begin(client), provider.knows())
    way_there = settings.OIDC_ISSUER
    provider.misbehave(discovery={"issuer": way_there + "x"})
    assertContains(come_back(client, address), UNUSABLE, status_code=502)
    assert user_in(client) is None


@pytest.mark.parametrize(
    "answer", [{"access_token": 7}, {"access_token": None}, {"id_token": None}, {"id_token": 7}]
)
def test_it_signs_nobody_in_by_a_malformed_answer(
    client: Client, provider: Provider, answer: dict[str, Any]
) -> None:
    address = provider.agree(begin(client), provider.knows())
    provider.misbehave(answer=answer)
    assert come_back(client, address).status_code in (403, 502)
    assert user_in(client) is None


def test_it_follows_no_provider_to_another_address(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.OIDC_ISSUER = f"{provider.url}/elsewhere"
    provider.misbehave(discovery={"issuer": settings.OIDC_ISSUER})
    assertContains(client.post(START), UNUSABLE, status_code=502)
