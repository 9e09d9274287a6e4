"""The commands that make administrators and print sign-in links."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.models import User
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_it_promotes_a_user_in_one_line(alice: User) -> None:
    assert run("promote", "Alice@Example.com") == "alice@example.com is an administrator now.\n"
    alice.refresh_from_db()
    assert alice.is_admin


def test_it_leaves_an_audit_entry_of_a_promotion(alice: User) -> None:
    run("promote", alice.email)
    entry = AuditEntry.objects.get_for_object(alice).filter(action=AuditEntry.Action.UPDATE).get()
    assert entry.changes == {"role": ["user", "admin"]}


def test_it_refuses_to_promote_nobody() -> None:
    with pytest.raises(CommandError, match="There is no user who@"):
        run("promote", "who@example.com")


def test_it_prints_a_link_on_one_line(alice: User) -> None:
    line = run("login_link", alice.email)
    assert line.startswith("Works once, for 15 minutes: http://127.0.0.1:")
    assert "/sign-in/link/" in line and line.count("\n") == 1


def test_it_prints_the_link_with_the_public_origin(alice: User, settings: Settings) -> None:
    settings.GOOGLE_REDIRECT_URI = "https://review.example.com/api/auth/google/callback"
    assert "https://review.example.com/sign-in/link/" in run("login_link", alice.email)


def test_it_prints_the_link_with_the_host_name_where_google_is_not_used(
    alice: User, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", ".example.org", "review.example.com"]
    assert "http://127.0.0.1:" in run("login_link", alice.email)
    settings.PRODUCTION = True
    assert "https://review.example.com/sign-in/link/" in run("login_link", alice.email)


def test_it_makes_the_user_only_when_told() -> None:
    with pytest.raises(CommandError, match="There is no user"):
        run("login_link", "new@example.com")
    run("login_link", "new@example.com", "--create")
    assert User.objects.get(email="new@example.com").role == User.Role.USER


def test_it_says_so_when_the_address_is_none() -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        run("login_link", "not-an-address", "--create")
