"""Sessions: who is signed in goes past the sign-in page, and signing out ends the session."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User


def test_it_sends_signed_in_people_on(as_alice: Client) -> None:
    assertRedirects(as_alice.get("/sign-in/?next=/account/"), "/account/")


def test_it_ends_the_session_on_the_server(as_alice: Client) -> None:
    answer = as_alice.post("/sign-out/", follow=True)
    assertContains(answer, "You are signed out.")
    assert not any("_auth_user_id" in row.get_decoded() for row in Session.objects.all())


def test_it_does_not_sign_out_by_a_link(as_alice: Client) -> None:
    assert as_alice.get("/sign-out/").status_code == 405
    assert "_auth_user_id" in as_alice.session


def test_it_shuts_out_a_suspended_user_at_once(as_alice: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assertRedirects(as_alice.get("/account/"), "/sign-in/?next=/account/")
