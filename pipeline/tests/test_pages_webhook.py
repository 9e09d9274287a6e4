"""The webhook on the account page."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from pipeline.models import Webhook, WebhookDelivery

ADDRESS = "https://hooks.example.com/review"


def test_it_shows_the_secret_once(as_alice: Client) -> None:
    page = as_alice.post("/account/webhook/set", {"address": ADDRESS})
    assertContains(page, "whsec_")
    assert "no-store" in page["Cache-Control"]
    page = as_alice.get("/account/")
    assertContains(page, ADDRESS)
    assertNotContains(page, "whsec_")


def test_it_says_why_an_address_is_refused(as_alice: Client) -> None:
    page = as_alice.post("/account/webhook/set", {"address": "http://x.example/"})
    assertContains(page, "The address must start with https://.", status_code=422)
    assertContains(page, 'value="http://x.example/"', status_code=422)
    assert not Webhook.objects.exists()


def test_it_lists_a_test_until_it_is_sent(as_alice: Client) -> None:
    as_alice.post("/account/webhook/set", {"address": ADDRESS})
    page = as_alice.post("/account/webhook/test", follow=True)
    assertContains(page, "A test is on its way.")
    assertContains(page, "none yet")


def test_it_removes_it_with_all_deliveries(as_alice: Client) -> None:
    as_alice.post("/account/webhook/set", {"address": ADDRESS})
    as_alice.post("/account/webhook/test")
    assertContains(as_alice.post("/account/webhook/remove", follow=True), "is removed")
    assert not WebhookDelivery.objects.exists()


def test_it_has_nothing_to_test_of_others(as_alice: Client, bob: User) -> None:
    Webhook.objects.create(user=bob, address=ADDRESS, site="https://x", secret="x")
    assert as_alice.post("/account/webhook/test").status_code == 404
    assertNotContains(as_alice.get("/account/"), ADDRESS)


def test_it_is_not_set_too_often(as_alice: Client) -> None:
    for _ in range(10):
        as_alice.post("/account/webhook/set", {"address": ADDRESS})
    page = as_alice.post("/account/webhook/set", {"address": ADDRESS})
    assertContains(page, "That was too often.", status_code=422)


@pytest.mark.parametrize("action", ["set", "test", "remove"])
def test_it_asks_visitors_to_sign_in(client: Client, db: None, action: str) -> None:
    assert "/sign-in/" in client.post(f"/account/webhook/{action}")["Location"]
