"""Half a set-up of a provider stops the start with one line; none of allauth's pages is mounted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver

GOOGLE = {
    "GOOGLE_CLIENT_ID": "an-id",
    "GOOGLE_CLIENT_SECRET": "hunter2-google",
    "GOOGLE_REDIRECT_URI": "https://review.example.com/api/auth/google/callback",
}
OIDC = {
    "OIDC_ISSUER": "https://idp.example.com",
    "OIDC_CLIENT_ID": "an-id",
    "OIDC_CLIENT_SECRET": "hunter2-oidc",
}
PRODUCTION = {
    "ENVIRONMENT": "production",
    "JWT_SECRET": "j" * 64,
    "ENCRYPTION_KEY": "e" * 64,
    "SIGNIN_ALLOWED": "example.com",
}
WHOLE = {"Google": GOOGLE, "OpenID Connect": OIDC}


def start(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("which", "missing"), [(which, name) for which, whole in WHOLE.items() for name in whole]
)
def test_it_stops_at_half_a_set_up(which: str, missing: str) -> None:
    line = one_line(start({k: v for k, v in WHOLE[which].items() if k != missing}))
    assert f"{missing} must be set too: {which} sign-in needs" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("which", WHOLE)
def test_it_starts_with_a_whole_set_up(which: str) -> None:
    assert start({**PRODUCTION, **WHOLE[which]}).stderr == ""


def test_it_starts_with_google_s_usual_address_alone() -> None:
    assert start({"GOOGLE_REDIRECT_URI": GOOGLE["GOOGLE_REDIRECT_URI"]}).stderr == ""


@pytest.mark.parametrize(
    ("which", "name"), [("Google", "GOOGLE_REDIRECT_URI"), ("OpenID Connect", "OIDC_ISSUER")]
)
def test_it_wants_tls_in_production(which: str, name: str) -> None:
    line = one_line(start({**PRODUCTION, **WHOLE[which], name: "http://plain.example.com/x"}))
    assert f"{name} must be a URL starting with https://" in line


def test_it_mounts_no_page_of_allauth() -> None:
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith(("account_", "socialaccount_"))} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/", "/accounts/3rdparty/"]
)
def test_it_knows_no_address_of_allauth(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_it_manages_no_table_of_allauth_but_identities_of_users() -> None:
    managed = {model._meta.app_label for model in admin.site._registry}
    assert managed & {"account", "socialaccount"} == set()
