"""Signing in with an OpenID Connect provider, over real HTTP to one on loopback."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.tests.provider_client import (
    START,
    Provider,
    begin,
    come_back,
    query,
    sign_in,
    user_in,
)
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_it_shows_a_button_of_the_configured_name(client: Client, provider: Provider) -> None:
    assertContains(client.get("/sign-in/"), "Sign in with Corporate ID")


def test_it_makes_a_user_of_a_newcomer(client: Client, provider: Provider) -> None:
    assertRedirects(sign_in(client, provider, provider.knows()), "/")
    user = User.objects.get(email="alice@example.com")
    assert (user.name, user.role, user_in(client)) == ("Alice", "user", str(user.pk))
    assert not user.has_usable_password()


def test_it_knows_a_person_again_by_subject(provider: Provider) -> None:
    sub = provider.knows()
    sign_in(Client(), provider, sub)
    sign_in(Client(), provider, sub)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)
    assert SocialAccount.objects.get().uid == sub


def test_it_makes_one_user_of_a_person_who_signs_in_twice_at_once(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub = provider.knows()
    sign_in(Client(), provider, sub)
    monkeypatch.setattr("accounts.identities._known", lambda _: None)  # not yet seen by the second
    sign_in(client, provider, sub)
    assert user_in(client) == str(User.objects.get().pk)
    assert SocialAccount.objects.count() == 1


def test_it_follows_a_person_to_a_new_address(provider: Provider) -> None:
    sign_in(Client(), provider, provider.knows())
    client = Client()
    sign_in(client, provider, provider.knows(email="married@example.com"))
    user = User.objects.get()
    assert (user.email, user_in(client)) == ("married@example.com", str(user.pk))


def test_it_admits_a_known_person_by_the_new_address(
    client: Client, provider: Provider, settings: Settings
) -> None:
    sign_in(Client(), provider, provider.knows(email="alice@former.example"))
    settings.SIGNIN_ALLOWED = ["example.com"]
    sign_in(client, provider, provider.knows(email="alice@example.com"))
    assert User.objects.get(pk=user_in(client)).email == "alice@example.com"


def test_it_does_not_take_an_address_away_from_another_user(provider: Provider, bob: User) -> None:
    sign_in(Client(), provider, provider.knows())
    client = Client()
    sign_in(client, provider, provider.knows(email=bob.email))
    assert User.objects.get(pk=user_in(client)).email == "alice@example.com"


def test_it_opens_the_account_that_an_operator_made(
    client: Client, provider: Provider, an_admin: User
) -> None:
    sign_in(client, provider, provider.knows(email="Admin@Example.com"))
    assert user_in(client) == str(an_admin.pk)
    events = AuditEntry.objects.get_for_object(an_admin).filter(action=AuditEntry.Action.ACCESS)
    assert {entry.additional_data["event"] for entry in events} == {
        "user.sign_in",
        "user.link_identity",
    }


def test_it_records_who_signed_in_and_how(client: Client, provider: Provider) -> None:
    sign_in(client, provider, provider.knows())
    entry = AuditEntry.objects.get(additional_data__event="user.sign_in")
    assert entry.additional_data["by"] == "Corporate ID"
    assert (entry.actor_id, entry.remote_addr) == (User.objects.get().pk, "127.0.0.1")


def test_it_returns_to_the_page_one_came_from(client: Client, provider: Provider) -> None:
    answer = sign_in(client, provider, provider.knows(), next_url="/account/")
    assertRedirects(answer, "/account/")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_it_returns_nowhere_else(client: Client, provider: Provider, elsewhere: str) -> None:
    answer = sign_in(client, provider, provider.knows(), next_url=elsewhere)
    assertRedirects(answer, "/")


def test_it_asks_with_state_nonce_and_a_code_challenge(client: Client, provider: Provider) -> None:
    asked = query(begin(client))
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver/api/auth/oidc/callback"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}


def test_it_keeps_the_parameters_of_the_providers_address(
    client: Client, provider: Provider
) -> None:
    provider.misbehave(discovery={"authorization_endpoint": f"{provider.url}/a?tenant=7"})
    asked = query(begin(client))
    assert (asked["tenant"], asked["client_id"]) == ("7", "our-client")


def test_it_sends_the_verifier_of_the_challenge(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.socialaccount.providers.oauth2.client import OAuth2Client

    exchange = OAuth2Client.get_access_token
    seen: list[str] = []

    def noting(self: OAuth2Client, code: str, pkce_code_verifier: str) -> object:
        seen.append(pkce_code_verifier)
        return exchange(self, code, pkce_code_verifier)

    monkeypatch.setattr(OAuth2Client, "get_access_token", noting)
    sign_in(client, provider, provider.knows())
    assert len(seen[0]) >= 43


def test_it_starts_by_a_form_only(client: Client, provider: Provider) -> None:
    assert client.get(START).status_code == 405


def test_it_starts_from_this_sites_own_form_only(provider: Provider) -> None:
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403


def test_it_takes_nothing_about_the_way_from_the_address(
    client: Client, provider: Provider
) -> None:
    asked = query(begin(client, f"{START}?scope=admin&process=connect&auth_params=nonce%3Dmine"))
    assert "admin" not in asked["scope"]
    assert asked["nonce"] != "mine"


def test_it_changes_the_session_key(client: Client, provider: Provider) -> None:
    there = begin(client)
    before = client.session.session_key
    come_back(client, provider.agree(there, provider.knows()))
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_it_replaces_the_user_who_was_signed_in(
    as_alice: Client, alice: User, provider: Provider
) -> None:
    sign_in(as_alice, provider, provider.knows("bob-1", email="bob@example.com"))
    assert user_in(as_alice) not in (None, str(alice.pk))


def test_it_stores_no_token_and_nothing_but_the_identity(
    client: Client, provider: Provider
) -> None:
    sign_in(client, provider, provider.knows())
    assert [model.objects.count() for model in (SocialToken, SocialApp, EmailAddress)] == [0, 0, 0]
    assert SocialAccount.objects.get().extra_data == {}
    assert "token" not in str(client.session.items())


def test_it_asks_for_the_address_if_the_token_lacks_it(client: Client, provider: Provider) -> None:
    sub = provider.knows()
    provider.misbehave(drop=["email", "email_verified", "name"])
    sign_in(client, provider, sub)
    assert User.objects.get(pk=user_in(client)).email == "alice@example.com"


def test_it_signs_out_by_a_form(client: Client, provider: Provider) -> None:
    sign_in(client, provider, provider.knows())
    client.post("/sign-out/")
    assert user_in(client) is None


def test_it_keeps_identities_of_two_issuers_apart(provider: Provider, settings: Settings) -> None:
    sub = provider.knows()
    sign_in(Client(), provider, sub)
    SocialAccount.objects.update(provider="https://former.example")
    provider.knows(email="someone@example.com")
    client = Client()
    sign_in(client, provider, sub)
    assert User.objects.get(pk=user_in(client)).email == "someone@example.com"
