"""People's data in the console: handed out, and erased by administrators who mean it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import cast

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts import services
from accounts.models import SignedIn, User
from config.tests.admin_rows import a_session, a_token, a_user
from config.tests.test_admin_writes import act
from operations.models import AuditEntry
from pipeline.models import Submission

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


def erase(client: Client, user: User, typed: str) -> HttpResponse:
    here = reverse("admin:accounts_user_erase", args=[user.pk])
    return cast(HttpResponse, client.post(here, {"email": typed}))


def noted(event: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(additional_data__event=event))


def test_it_hands_out_everything_about_a_user(
    as_admin: Client, an_admin: User, alice: User, submission: Submission
) -> None:
    answer = as_admin.post(reverse("admin:accounts_user_data", args=[alice.pk]))
    assert answer["Content-Disposition"].startswith(f'attachment; filename="user-{alice.pk}-')
    assert "no-store" in answer["Cache-Control"]
    pieces = cast(StreamingHttpResponse, answer).getvalue()
    archive = zipfile.ZipFile(io.BytesIO(pieces))
    assert json.loads(archive.read("submissions.json"))[0]["code"] == submission.code
    (entry,) = noted("user.export")
    assert (entry.actor, entry.object_pk) == (an_admin, str(alice.pk))


def test_it_hands_out_nothing_to_who_follows_a_link(as_admin: Client, alice: User) -> None:
    answer = as_admin.get(reverse("admin:accounts_user_data", args=[alice.pk]))
    assert answer.status_code == 405
    assert noted("user.export") == []


def test_it_says_what_erasing_does_before_it_does_it(as_admin: Client, alice: User) -> None:
    page = as_admin.get(reverse("admin:accounts_user_erase", args=[alice.pk]))
    assertContains(page, f"Type {alice.email} to confirm")
    assertContains(page, "cannot be undone")
    assert User.objects.filter(pk=alice.pk, is_active=True).exists()


def test_it_erases_a_user_with_what_is_theirs(
    as_admin: Client, an_admin: User, alice: User, submission: Submission
) -> None:
    key = alice.pk
    answer = erase(as_admin, alice, " Alice@Example.com")
    assertRedirects(answer, USERS, fetch_redirect_response=False)
    assert not User.objects.filter(pk=key).exists()
    assert not Submission.objects.exists()
    (entry,) = noted("user.delete")
    assert (entry.actor, entry.object_pk) == (an_admin, str(key))
    assert "alice" not in json.dumps([entry.object_repr, entry.changes, entry.additional_data])
    assertContains(as_admin.get(USERS), "erased for good")


@pytest.mark.parametrize("typed", ["", "bob@example.com", "alice"])
def test_it_wants_the_address_of_the_one_who_is_meant(
    as_admin: Client, alice: User, bob: User, typed: str
) -> None:
    answer = erase(as_admin, alice, typed)
    assertContains(answer, "not the e-mail address of this user", status_code=422)
    assert User.objects.filter(pk=alice.pk, is_active=True).exists()
    assert noted("user.delete") == []


def test_it_does_not_erase_the_one_who_asks(as_admin: Client, an_admin: User) -> None:
    User.objects.create_user("second@example.com", role="admin")
    assertContains(erase(as_admin, an_admin, an_admin.email), "yourself", status_code=422)
    assert User.objects.filter(pk=an_admin.pk).exists()


def test_it_does_not_erase_the_system_user(as_admin: Client) -> None:
    system = services.local_system_user()
    assertContains(erase(as_admin, system, system.email), "cannot be deleted", status_code=422)
    assert User.objects.filter(pk=system.pk, is_active=True).exists()


def test_it_offers_no_button_that_would_be_refused(as_admin: Client, an_admin: User) -> None:
    for user in (an_admin, services.local_system_user()):
        page = as_admin.get(reverse("admin:accounts_user_change", args=[user.pk]))
        assertNotContains(page, reverse("admin:accounts_user_erase", args=[user.pk]))
        assertContains(page, "Export data")


@pytest.mark.parametrize("page", ["data", "erase"])
def test_it_tells_that_there_is_no_such_user(as_admin: Client, page: str) -> None:
    here = reverse(f"admin:accounts_user_{page}", args=[987654])
    assert as_admin.post(here, {"email": "x"}).status_code == 404


@pytest.mark.parametrize("page", ["data", "erase"])
def test_it_is_for_administrators_alone(as_alice: Client, bob: User, page: str) -> None:
    here = reverse(f"admin:accounts_user_{page}", args=[bob.pk])
    answer = as_alice.post(here, {"email": bob.email}, follow=True)
    assert answer.status_code == 403
    assert User.objects.filter(pk=bob.pk).exists()
    assert noted("user.export") == []


def test_it_ends_a_session_and_tells_nobody_its_key(as_admin: Client) -> None:
    session = a_session(1)
    page = as_admin.get("/admin/accounts/signedin/")
    assertContains(page, "person-1@example.com")
    assertNotContains(page, session.session_key)
    assert "1 ended." in act(as_admin, "accounts_signedin", "end", session)
    assert not SignedIn.objects.filter(pk=session.pk).exists()
    assert len(noted("user.end_session")) == 1


def test_it_does_not_end_the_session_that_asks(as_admin: Client, an_admin: User) -> None:
    as_admin.force_login(an_admin)
    mine = SignedIn.objects.get(session_key=as_admin.session.session_key)
    assert "sign out to end it" in act(as_admin, "accounts_signedin", "end", mine)
    assert SignedIn.objects.filter(pk=mine.pk).exists()


def test_it_lists_no_session_of_whom_it_signed_out(as_admin: Client) -> None:
    user = a_session(1).user
    assert "1 signed out." in act(as_admin, "accounts_user", "end_sessions", user)
    assertNotContains(as_admin.get("/admin/accounts/signedin/"), user.email)


def test_it_signs_out_the_one_who_asks_too(as_admin: Client, an_admin: User) -> None:
    data = {"action": "end_sessions", "_selected_action": [an_admin.pk]}
    assert as_admin.post(USERS, data).status_code == 302
    assert as_admin.get(USERS).status_code == 302
    assert not SignedIn.objects.filter(user=an_admin).exists()


def test_it_says_how_many_tokens_were_revoked_already(as_admin: Client) -> None:
    token = a_token(1)
    act(as_admin, "accounts_apitoken", "revoke", token)
    again = act(as_admin, "accounts_apitoken", "revoke", token)
    assert "0 revoked, 1 had been revoked before." in again


def test_it_comes_back_to_the_user_after_a_button_of_the_page(as_admin: Client) -> None:
    user = a_user(1)
    data = {"action": "end_sessions", "_selected_action": [user.pk], "come_back": "yes"}
    answer = as_admin.post(USERS, data)
    assert answer["Location"] == reverse("admin:accounts_user_change", args=[user.pk])
