"""Tokens on the account page and by the command: made, shown once, listed, revoked."""

from __future__ import annotations

import logging
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import ApiToken, User
from operations.logs import mask_tokens
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db
CREATE = "/account/tokens/create"
FORM = {"name": "CI", "scope": "submit", "days": "90"}


def created(client: Client, **changes: str) -> str:
    """The page that shows a new token."""
    page = client.post(CREATE, FORM | changes)
    assert page.status_code == 200
    return page.content.decode()


def text_on(page: str) -> str:
    (text,) = set(re.findall(r"aitp_\w{46}", page))
    return text


def account(client: Client) -> str:
    return client.get(reverse("account")).content.decode()


def test_it_shows_a_token_once(as_alice: Client) -> None:
    text = text_on(created(as_alice))
    assert tokens.holder(text)
    later = account(as_alice)
    assert text not in later
    assert f"<code>{text[-4:]}</code>" in later


def test_it_keeps_the_page_with_the_token_out_of_caches(as_alice: Client) -> None:
    assert "no-store" in as_alice.post(CREATE, FORM)["Cache-Control"]


def test_it_makes_what_was_asked_for(as_alice: Client, alice: User) -> None:
    created(as_alice, scope="read", days="30")
    token = ApiToken.objects.get()
    assert (token.user, token.name, token.scope) == (alice, "CI", "read")
    assert token.expires_at and (token.expires_at - token.created_at).days == 30
    assert AuditEntry.objects.get_for_object(token).get().actor == alice


def test_it_makes_one_without_an_end(as_alice: Client) -> None:
    created(as_alice, days="")
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "W" * 200])
def test_it_shows_any_name_as_text(as_alice: Client, name: str) -> None:
    page = created(as_alice, name=name) + account(as_alice)
    assert "<script>alert" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "x" * 201}, {"scope": "admin"}, {"scope": ""}, {"days": "1e9"}],
)
def test_it_refuses_with_a_reason(as_alice: Client, changes: dict[str, str]) -> None:
    page = as_alice.post(CREATE, FORM | changes, follow=True)
    assert "No token was created." in page.content.decode()
    assert not ApiToken.objects.exists()


def test_it_revokes(as_alice: Client) -> None:
    text = text_on(created(as_alice))
    address = reverse("token-revoke", args=[ApiToken.objects.get().pk])
    assert "That token is revoked." in as_alice.post(address, follow=True).content.decode()
    assert tokens.holder(text) is None
    assert as_alice.post(address).status_code == 404


def test_it_lets_nobody_revoke_what_is_anothers(as_alice: Client, bob: User) -> None:
    token = tokens.create(user=bob, name="n", scope=ApiToken.Scope.READ, days=None)[0]
    assert as_alice.post(reverse("token-revoke", args=[token.pk])).status_code == 404
    assert f"<code>{token.last_four}</code>" not in account(as_alice)
    assert tokens.standing(bob).exists()


@pytest.mark.parametrize("address", [CREATE, "/account/tokens/1/revoke"])
def test_it_is_for_those_who_are_signed_in_and_by_post(client: Client, address: str) -> None:
    assert client.post(address)["Location"].startswith("/sign-in/")
    assert not ApiToken.objects.exists()


def test_it_changes_nothing_by_get(as_alice: Client) -> None:
    assert as_alice.get(CREATE).status_code == 405


def test_it_refuses_many_within_a_minute(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views_tokens.CREATED_PER_MINUTE", 1)
    created(as_alice)
    assert "too often" in as_alice.post(CREATE, FORM, follow=True).content.decode()


def test_it_is_revoked_in_the_console_with_an_entry(as_admin: Client, an_admin: User) -> None:
    owner = User.objects.create_user("owner@example.com")
    token = tokens.create(user=owner, name="n", scope=ApiToken.Scope.READ, days=None)[0]
    data = {"action": "revoke", "_selected_action": [token.pk]}
    page = as_admin.post(reverse("admin:accounts_apitoken_changelist"), data, follow=True)
    assert "1 revoked." in page.content.decode()
    token.refresh_from_db()
    assert token.revoked_at
    assert AuditEntry.objects.get_for_object(token).filter(actor=an_admin).exists()


def test_it_is_printed_once_by_the_command(alice: User) -> None:
    out, err = StringIO(), StringIO()
    call_command("create_token", "Alice@example.com", days=7, scope="read", stdout=out, stderr=err)
    text = out.getvalue().strip()
    token = tokens.holder(text)
    assert token is not None
    assert (token.user, token.scope, token.name) == (alice, "read", "command line")
    assert "scope read" in err.getvalue()


@pytest.mark.parametrize("wrong", [("who@example.com", 1), ("alice@example.com", 0)])
def test_it_says_why_the_command_makes_none(alice: User, wrong: tuple[str, int]) -> None:
    email, days = wrong
    with pytest.raises(CommandError, match=r"There is no user|A token lasts"):
        call_command("create_token", email, days=days)


def test_it_is_masked_wherever_it_stands_in_a_log_line(as_alice: Client) -> None:
    text = text_on(created(as_alice))
    line = mask_tokens(logging, "info", f'{{"headers": {{"a": ["Bearer {text}"]}}}}')
    assert line == '{"headers": {"a": ["Bearer [redacted]"]}}'
