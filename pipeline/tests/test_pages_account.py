"""The account page shows what is true of the account, and no more."""

from __future__ import annotations

from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from pipeline.models import Submission


def test_it_shows_the_address_the_role_and_todays_use(
    as_alice: Client, submission: Submission
) -> None:
    page = as_alice.get("/account/")
    for text in ("alice@example.com", "User", "1 submitted.", "4 of 5 submissions left"):
        assertContains(page, text)


def test_it_asks_visitors_to_sign_in(client: Client, db: None) -> None:
    assertRedirects(client.get("/account/"), "/sign-in/?next=/account/")
