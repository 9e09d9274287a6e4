"""What must not sign anybody in: each change to an honest sign-in is refused, one by one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django.asserts import assertContains
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.services import local_system_user
from accounts.tests.provider_client import (
    Provider,
    begin,
    come_back,
    query,
    sign_in,
    user_in,
)

pytestmark = pytest.mark.django_db

NOT_PROVEN = "does not prove who you are"
UNKNOWN_START = "did not start in this browser"


def refused(
    client: Client, provider: Provider, text: str, status: int = 403, sub: str = "alice-1"
) -> None:
    """The way there and back ends on a page that says ``text``; nobody is signed in or made."""
    users, identities = User.objects.count(), SocialAccount.objects.count()
    answer = sign_in(client, provider, sub)
    assertContains(answer, text, status_code=status)
    assert user_in(client) is None
    assert (User.objects.count(), SocialAccount.objects.count()) == (users, identities)


@pytest.mark.parametrize("state", ["", "x" * 43])
def test_it_refuses_a_wrong_or_missing_state(
    client: Client, provider: Provider, state: str
) -> None:
    code = query(provider.agree(begin(client), provider.knows()))["code"]
    answer = come_back(client, f"/api/auth/oidc/callback?code={code}&state={state}")
    assertContains(answer, UNKNOWN_START, status_code=403)
    assert user_in(client) is None


def test_it_refuses_a_callback_without_any_state(client: Client, provider: Provider) -> None:
    answer = come_back(client, "/api/auth/oidc/callback?code=x")
    assertContains(answer, UNKNOWN_START, status_code=403)


def test_it_refuses_a_state_of_another_browser(client: Client, provider: Provider) -> None:
    address = provider.agree(begin(Client()), provider.knows())
    begin(client)
    assertContains(come_back(client, address), UNKNOWN_START, status_code=403)
    assert user_in(client) is None


def test_it_refuses_a_state_used_before(client: Client, provider: Provider) -> None:
    address = provider.agree(begin(client), provider.knows())
    come_back(client, address)
    client.post("/sign-out/")
    assertContains(come_back(client, address), UNKNOWN_START, status_code=403)
    assert user_in(client) is None


def test_it_refuses_a_state_older_than_ten_minutes(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = provider.agree(begin(client), provider.knows())
    monkeypatch.setattr("allauth.socialaccount.internal.statekit.STATE_TTL", -1)
    assertContains(come_back(client, address), UNKNOWN_START, status_code=403)


def test_it_refuses_a_code_that_was_not_issued(client: Client, provider: Provider) -> None:
    state = query(begin(client))["state"]
    answer = come_back(client, f"/api/auth/oidc/callback?code=stolen&state={state}")
    assertContains(answer, NOT_PROVEN, status_code=403)
    assert user_in(client) is None


def test_it_refuses_a_code_of_another_sign_in(client: Client, provider: Provider) -> None:
    """A stolen code, put into the thief's own sign-in, names the nonce of its owner."""
    code = query(provider.agree(begin(Client()), provider.knows()))["code"]
    state = query(begin(client))["state"]
    answer = come_back(client, f"/api/auth/oidc/callback?code={code}&state={state}")
    assertContains(answer, NOT_PROVEN, status_code=403)
    assert user_in(client) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "x" * 64},
        {"aud": "another-client"},
        {"aud": ["our-client", "another-client"]},
        {"aud": []},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 120},
        {"iat": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=lambda claims: "-".join(f"{name}" for name in claims),
)
def test_it_refuses_a_token_with_a_wrong_claim(
    client: Client, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.knows()
    provider.misbehave(claims=claims)
    refused(client, provider, NOT_PROVEN)


@pytest.mark.parametrize("name", ["nonce", "aud", "iss", "exp", "iat", "sub"])
def test_it_refuses_a_token_without_a_claim(client: Client, provider: Provider, name: str) -> None:
    provider.knows()
    provider.misbehave(drop=[name])
    refused(client, provider, NOT_PROVEN)


@pytest.mark.parametrize("sign", ["none", "other", "secret"])
def test_it_refuses_a_token_signed_otherwise(client: Client, provider: Provider, sign: str) -> None:
    provider.knows()
    provider.misbehave(sign=sign)
    refused(client, provider, NOT_PROVEN)


@pytest.mark.parametrize("token", ["", "x.y.z", "not a token", "e30.e30."])
def test_it_refuses_what_is_no_token(client: Client, provider: Provider, token: str) -> None:
    provider.knows()
    provider.misbehave(answer={"id_token": token})
    refused(client, provider, NOT_PROVEN)


@pytest.mark.parametrize("verified", [False, None, "false", 0, "yes"])
def test_it_refuses_an_unverified_address(
    client: Client, provider: Provider, verified: object
) -> None:
    provider.knows(email_verified=verified)
    refused(client, provider, "did not confirm an e-mail address")


def test_it_does_not_open_an_account_by_an_unverified_address(
    client: Client, provider: Provider, an_admin: User
) -> None:
    provider.knows(email=an_admin.email, email_verified=False)
    refused(client, provider, "did not confirm an e-mail address")


def test_it_refuses_a_person_without_an_address(client: Client, provider: Provider) -> None:
    provider.knows(email=None)
    refused(client, provider, "did not confirm an e-mail address")


@pytest.mark.parametrize("email", ["not an address", "a@b", "x" * 250 + "@example.com"])
def test_it_refuses_what_is_no_address(client: Client, provider: Provider, email: str) -> None:
    provider.knows(email=email)
    refused(client, provider, "could not be given an account")


def test_it_refuses_the_userinfo_of_somebody_else(client: Client, provider: Provider) -> None:
    provider.knows("bob-1", email="bob@example.com")
    sub = provider.knows()
    provider.misbehave(claims={"sub": "bob-1"}, drop=["email"])
    refused(client, provider, NOT_PROVEN, sub=sub)


@pytest.mark.parametrize("allowed", ["other.com", "bob@example.com", "ample.com"])
def test_it_refuses_who_is_not_admitted(
    client: Client, provider: Provider, settings: Settings, allowed: str
) -> None:
    settings.SIGNIN_ALLOWED = [allowed]
    provider.knows()
    refused(client, provider, "alice@example.com is not admitted here")


def test_it_refuses_a_known_person_who_is_admitted_no_longer(
    client: Client, provider: Provider, settings: Settings
) -> None:
    sign_in(Client(), provider, provider.knows())
    settings.SIGNIN_ALLOWED = ["other.com"]
    refused(client, provider, "is not admitted here")


def test_it_refuses_a_known_person_whose_new_address_is_not_admitted(
    client: Client, provider: Provider, settings: Settings
) -> None:
    settings.SIGNIN_ALLOWED = ["example.com"]
    sign_in(Client(), provider, provider.knows())
    provider.knows(email="alice@elsewhere.org")
    refused(client, provider, "alice@elsewhere.org is not admitted here")
    assert User.objects.get().email == "alice@example.com"


def test_it_refuses_a_suspended_user(client: Client, provider: Provider) -> None:
    sign_in(Client(), provider, provider.knows())
    User.objects.update(is_active=False)
    refused(client, provider, "The account alice@example.com is suspended")


def test_it_refuses_a_suspended_user_who_never_signed_in(
    client: Client, provider: Provider, alice: User
) -> None:
    User.objects.update(is_active=False)
    provider.knows(email=alice.email)
    refused(client, provider, "is suspended")


def test_it_refuses_to_sign_in_as_the_system(client: Client, provider: Provider) -> None:
    system = local_system_user()
    User.objects.filter(pk=system.pk).update(email="system@example.com")
    provider.knows(email="system@example.com")
    refused(client, provider, "nobody can sign in as it")


def test_it_refuses_another_person_with_the_same_address(
    client: Client, provider: Provider
) -> None:
    sign_in(Client(), provider, provider.knows())
    provider.knows("alice-2")
    refused(client, provider, "somebody else signs in to", sub="alice-2")


def test_it_tells_subjects_apart_by_case(client: Client, provider: Provider) -> None:
    sign_in(Client(), provider, provider.knows("Subject"))
    first = User.objects.get()
    sign_in(client, provider, provider.knows("subject", email="other@example.com"))
    assert user_in(client) != str(first.pk)


def test_it_says_so_when_the_person_cancels(client: Client, provider: Provider) -> None:
    there = begin(client, next_url="/account/")
    denied = f"/api/auth/oidc/callback?error=access_denied&state={query(there)['state']}"
    answer = come_back(client, denied)
    assertContains(answer, "Sign-in cancelled")
    assertContains(answer, 'href="/sign-in/?next=%2Faccount%2F"')


def test_it_does_not_show_what_the_provider_refused_with(
    client: Client, provider: Provider
) -> None:
    state = query(begin(client))["state"]
    answer = come_back(
        client, f"/api/auth/oidc/callback?error=x&error_description=Call+555&state={state}"
    )
    assertContains(answer, "refused the sign-in", status_code=403)
    assert "555" not in answer.content.decode()


def test_it_takes_no_answer_by_post(client: Client, provider: Provider) -> None:
    assert client.post("/api/auth/oidc/callback").status_code == 405
