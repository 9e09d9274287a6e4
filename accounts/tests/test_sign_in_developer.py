"""The developer sign-in works on a developer's own machine and is nowhere else to be found."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_a_developers_machine(settings: Settings) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]


def sign_in(client: Client, role: str = "user", **extra: str) -> int:
    extra.setdefault("HTTP_HOST", "localhost:8000")
    return client.post("/sign-in/", {"role": role}, **extra).status_code


def test_it_is_marked_as_what_it_is(client: Client) -> None:
    page = client.get("/sign-in/", HTTP_HOST="localhost")
    assertContains(page, "Developer sign-in. This machine only.")


@pytest.mark.parametrize(
    ("role", "email"), [("user", "dev-user@localhost"), ("admin", "dev-admin@localhost")]
)
def test_it_signs_in_as_either_developer(client: Client, role: str, email: str) -> None:
    assert sign_in(client, role) == 302
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (user.email, user.role) == (email, role)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000"])
def test_it_accepts_local_names(client: Client, host: str) -> None:
    assert sign_in(client, HTTP_HOST=host) == 302


@pytest.mark.parametrize(
    "request_from",
    [
        {"HTTP_HOST": "example.com"},
        {"HTTP_HOST": "localhost.example.com"},
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "localhost"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_it_does_not_exist_for_anyone_from_elsewhere(
    client: Client, request_from: dict[str, str]
) -> None:
    here = {"HTTP_HOST": "localhost", **request_from}
    assertNotContains(client.get("/sign-in/", **here), "Developer sign-in")
    assert sign_in(client, **here) == 404
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 0


def test_it_does_not_exist_without_debug(client: Client, settings: Settings) -> None:
    settings.DEBUG = False
    assert sign_in(client) == 404
    page = client.get("/sign-in/", HTTP_HOST="localhost")
    assertNotContains(page, "Developer sign-in")
    assertContains(page, "manage.py login_link")


def test_it_notes_who_signed_in_and_from_where(client: Client) -> None:
    sign_in(client)
    entry = AuditEntry.objects.get(additional_data__event="user.sign_in")
    assert entry.actor == User.objects.get()
    assert entry.remote_addr == "127.0.0.1"


def test_it_knows_no_other_role(client: Client) -> None:
    assert sign_in(client, "root") == 404


def test_it_lets_no_suspended_developer_in(client: Client) -> None:
    User.objects.create_user("dev-user@localhost", is_active=False)
    assert sign_in(client) == 404


def test_it_needs_the_forms_token() -> None:
    assert sign_in(Client(enforce_csrf_checks=True)) == 403


def test_it_changes_the_session_key(client: Client) -> None:
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/account/", "/account/"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_it_goes_on_only_within_this_site(client: Client, wanted: str, given: str) -> None:
    answer = client.post("/sign-in/", {"role": "user", "next": wanted}, HTTP_HOST="localhost")
    assertRedirects(answer, given, fetch_redirect_response=False)


def test_it_carries_next_through_the_form(client: Client) -> None:
    page = client.get("/sign-in/?next=/account/", HTTP_HOST="localhost")
    assertContains(page, '<input type="hidden" name="next" value="/account/">', count=2)
