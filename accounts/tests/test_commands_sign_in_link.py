"""One-time sign-in links: who gets one, how often it works, and for how long."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import services
from accounts.models import User
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(alice: User) -> str:
    return services.issue_login_link(alice.email)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_it_asks_before_it_signs_in(client: Client, link: str) -> None:
    page = client.get(link)
    assert (page.status_code, signed_in(client)) == (200, False)
    assert "alice@example.com" in page.content.decode()


def test_it_signs_in_by_the_button_and_records_it(client: Client, link: str, alice: User) -> None:
    assert client.post(link).status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)
    entry = AuditEntry.objects.get_for_object(alice).get(action=AuditEntry.Action.ACCESS)
    assert entry.additional_data == {"event": "user.sign_in", "by": "sign-in link"}


def test_it_works_once(link: str) -> None:
    assert Client().post(link).status_code == 302
    again = Client()
    page = again.post(link)
    assert (page.status_code, signed_in(again)) == (403, False)
    assert "used already" in page.content.decode()


def test_it_is_not_used_up_by_being_looked_at(client: Client, link: str) -> None:
    client.get(link)
    client.get(link)
    assert client.post(link).status_code == 302


def test_it_dies_with_any_other_sign_in(client: Client, alice: User, link: str) -> None:
    client.force_login(alice)
    assert Client().post(link).status_code == 403


def test_it_ends_after_fifteen_minutes(alice: User) -> None:
    start = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)
    with time_machine.travel(start, tick=False) as clock:
        link = services.issue_login_link(alice.email)
        clock.shift(datetime.timedelta(minutes=15, seconds=1))
        page = Client().post(link)
    assert page.status_code == 403
    assert "older than 15 minutes" in page.content.decode()


def test_it_refuses_a_changed_token(client: Client, link: str) -> None:
    assert client.post(link[:-3] + "x/").status_code == 403


def test_it_refuses_a_token_made_for_something_else(client: Client, alice: User) -> None:
    from django.core import signing

    foreign = signing.dumps([alice.pk, "x"], salt="something-else")
    assert client.post(f"/sign-in/link/{foreign}/").status_code == 403


def test_it_refuses_a_user_suspended_since(client: Client, alice: User, link: str) -> None:
    alice.is_active = False
    alice.save()
    page = client.post(link)
    assert page.status_code == 403
    assert "suspended" in page.content.decode()


def test_it_is_refused_for_the_system_user() -> None:
    system = services.local_system_user()
    with pytest.raises(services.AccountError, match="nobody can sign in"):
        services.issue_login_link(system.email)


def test_it_keeps_one_system_user() -> None:
    assert services.local_system_user() == services.local_system_user()


@pytest.mark.parametrize(
    ("allowed", "admitted"),
    [
        ([], True),
        (["*"], True),
        (["example.com"], True),
        (["@Example.com"], True),
        (["alice@example.com"], True),
        (["bob@example.com"], False),
        (["other.com"], False),
        (["ample.com"], False),
    ],
)
def test_it_respects_who_may_sign_in(
    alice: User, settings: Settings, allowed: list[str], admitted: bool
) -> None:
    settings.SIGNIN_ALLOWED = allowed
    if admitted:
        assert services.issue_login_link(alice.email).startswith("/sign-in/link/")
    else:
        with pytest.raises(services.AccountError, match="SIGNIN_ALLOWED"):
            services.issue_login_link(alice.email)


def test_it_asks_again_who_may_sign_in_when_the_link_is_used(
    client: Client, link: str, settings: Settings
) -> None:
    settings.SIGNIN_ALLOWED = ["other.com"]
    assert client.post(link).status_code == 403


def test_it_keeps_to_this_site_after_signing_in(client: Client, link: str) -> None:
    assert client.post(f"{link}?next=https://evil.example/").headers["Location"] == "/"
