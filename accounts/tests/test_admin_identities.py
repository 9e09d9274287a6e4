"""Administrators see whom a provider knows a user as, and can take such an identity away."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.models import User
from accounts.tests.provider_client import Provider, sign_in, user_in
from operations.models import AuditEntry

pytestmark = pytest.mark.django_db


def form_of(user: User, identity: SocialAccount, **more: str) -> dict[str, str]:
    """What the user's page posts."""
    return {
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "is_active": "on",
        "socialaccount_set-TOTAL_FORMS": "1",
        "socialaccount_set-INITIAL_FORMS": "1",
        "socialaccount_set-0-id": str(identity.pk),
        "socialaccount_set-0-user": str(user.pk),
        **more,
    }


@pytest.fixture
def identity(alice: User) -> SocialAccount:
    return SocialAccount.objects.create(user=alice, provider="google", uid="old-subject")


def test_it_shows_the_identity_of_a_user(
    as_admin: Client, alice: User, identity: SocialAccount
) -> None:
    assertContains(as_admin.get(f"/admin/accounts/user/{alice.pk}/change/"), "old-subject")


def test_it_takes_an_identity_away_and_records_it(
    as_admin: Client, alice: User, an_admin: User, identity: SocialAccount
) -> None:
    form = form_of(alice, identity, **{"socialaccount_set-0-DELETE": "on"})
    answer = as_admin.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert not SocialAccount.objects.exists()
    kind = ContentType.objects.get_for_model(SocialAccount)
    entry = AuditEntry.objects.get(content_type=kind, action=AuditEntry.Action.DELETE)
    assert entry.actor == an_admin


def test_it_lets_the_next_owner_of_the_address_in_afterwards(
    client: Client, provider: Provider, alice: User, identity: SocialAccount
) -> None:
    sub = provider.knows("new-subject", email=alice.email)
    assert sign_in(client, provider, sub).status_code == 403
    identity.delete()
    sign_in(client, provider, sub)
    assert user_in(client) == str(alice.pk)


def test_it_changes_no_identity(as_admin: Client, alice: User, identity: SocialAccount) -> None:
    form = form_of(alice, identity, **{"socialaccount_set-0-uid": "forged"})
    as_admin.post(f"/admin/accounts/user/{alice.pk}/change/", form)
    identity.refresh_from_db()
    assert identity.uid == "old-subject"


def test_it_opens_the_console_to_whom_sql_made_an_administrator(
    client: Client, provider: Provider
) -> None:
    sign_in(client, provider, provider.knows())
    assert client.get("/admin/", follow=True).status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET role='admin' WHERE email='alice@example.com'")
    assert client.get("/admin/").status_code == 200
