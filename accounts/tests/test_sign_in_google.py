"""Signing in with Google: when it is offered, and the address that Google sends people back to."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as live_settings
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.tests.provider_client import Provider, begin, come_back, query, user_in
from accounts.ways import google_callback_path, ways

pytestmark = pytest.mark.django_db

REDIRECT = "https://review.example.com/api/auth/google/callback"
BUTTON = "Sign in with Google"


@pytest.fixture
def google(provider: Provider, settings: Settings) -> Provider:
    """The loopback provider in Google's place."""
    settings.OIDC_ISSUER = ""
    settings.GOOGLE_ISSUER = provider.url
    settings.GOOGLE_CLIENT_ID = "our-client"
    settings.GOOGLE_CLIENT_SECRET = "our-secret"
    settings.GOOGLE_REDIRECT_URI = REDIRECT
    return provider


def test_it_goes_to_google_and_back(client: Client, google: Provider) -> None:
    there = begin(client, "/sign-in/with/google/", "/account/")
    assert query(there)["redirect_uri"] == REDIRECT
    back = google.agree(there, google.knows("1234567890"))
    assert back.startswith(f"{REDIRECT}?")
    assertRedirects(come_back(client, back), "/account/")
    identity = SocialAccount.objects.get()
    assert (identity.provider, identity.uid) == ("google", "1234567890")
    assert str(identity.user_id) == user_in(client)


def test_it_lets_people_choose_the_account(client: Client, google: Provider) -> None:
    assert query(begin(client, "/sign-in/with/google/"))["prompt"] == "select_account"


def test_it_shows_no_secret_of_a_way(google: Provider) -> None:
    assert "our-secret" not in repr(ways())


def test_it_asks_the_real_google_unless_tested(settings: Settings) -> None:
    assert settings.GOOGLE_ISSUER == "https://accounts.google.com"


def test_it_offers_google_when_it_is_set_up(client: Client, google: Provider) -> None:
    assertContains(client.get("/sign-in/"), BUTTON)


@pytest.mark.parametrize("missing", ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"])
def test_it_does_not_offer_google_otherwise(
    client: Client, google: Provider, settings: Settings, missing: str
) -> None:
    setattr(settings, missing, "")
    assertNotContains(client.get("/sign-in/"), BUTTON)
    assert client.post("/sign-in/with/google/").status_code == 404
    assert client.get("/api/auth/google/callback").status_code == 404


def test_it_refuses_a_state_of_the_other_provider(
    client: Client, google: Provider, settings: Settings
) -> None:
    settings.OIDC_ISSUER = google.url
    address = google.agree(begin(client), google.knows())
    parts = query(address)
    answer = come_back(
        client, f"/api/auth/google/callback?code={parts['code']}&state={parts['state']}"
    )
    assertContains(answer, "did not start in this browser", status_code=403)


def test_it_lets_the_form_lead_to_the_provider(client: Client, google: Provider) -> None:
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert f"form-action 'self' https: {google.url}" in policy


def test_it_lets_no_form_lead_away_without_a_provider(client: Client) -> None:
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "form-action 'self';" in f"{policy};"


def test_it_answers_at_the_usual_address() -> None:
    assert reverse("google_callback") == "/api/auth/google/callback"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("", "api/auth/google/callback"),
        ("https://review.example.com/oauth/(done)", "oauth/(done)"),
        ("https://review.example.com/", ""),
    ],
)
def test_it_answers_at_the_path_of_the_configured_address(
    settings: Settings, uri: str, path: str
) -> None:
    settings.GOOGLE_REDIRECT_URI = uri
    assert google_callback_path() == path


def test_it_is_mounted_at_the_path_of_the_configured_address() -> None:
    code = "import django; django.setup(); from django.urls import resolve; "
    code += "print(resolve('/oauth/(done)').url_name, end='')"
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=live_settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "GOOGLE_REDIRECT_URI": "https://review.example.com/oauth/(done)",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout == "google_callback"
