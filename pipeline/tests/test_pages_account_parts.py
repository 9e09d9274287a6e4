"""The parts of the account page: usage, sessions, data, and the way out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import SignedIn, User
from accounts.services import issue_login_link
from billing.models import DailyUsage, Membership, Plan
from pipeline.models import Submission
from pipeline.tests.page_data import finish
from pipeline.views.usage_chart import usage_chart


def another(user: User) -> Client:
    """The user's other browser, signed in by a link as in real life."""
    client = Client(headers={"user-agent": "Elsewhere/1.0"}, REMOTE_ADDR="203.0.113.7")
    client.post(issue_login_link(user.email))
    return client


def test_it_shows_plan_and_limit(as_alice: Client, alice: User) -> None:
    plan = Plan.objects.create(name="pro", daily_submissions=50)
    Membership.objects.create(user=alice, plan=plan)
    page = as_alice.get("/account/")
    assertContains(page, "<dd>pro</dd>")
    assertContains(page, "<dd>50 submissions</dd>")


def test_it_draws_the_last_thirty_days(as_alice: Client, alice: User) -> None:
    today = timezone.now().date()
    for back, count in ((0, 1), (29, 4), (30, 9)):
        DailyUsage.objects.create(user=alice, day=today - timedelta(days=back), submissions=count)
    page = as_alice.get("/account/")
    assertContains(page, "5 submissions, 4 on the busiest day.")
    assertContains(page, "<rect", count=2)


def test_it_keeps_every_bar_within_the_chart(alice: User) -> None:
    today = timezone.now().date()
    for back in range(30):
        DailyUsage.objects.create(user=alice, day=today - timedelta(days=back), submissions=back)
    chart = usage_chart(alice, today)
    assert len(chart.bars) == 29
    for bar in chart.bars:
        assert bar.x >= 0 and bar.x + bar.width <= chart.width
        assert bar.y >= 0 and bar.y + bar.height == chart.height


def test_it_lists_sessions_and_ends_one(as_alice: Client, alice: User) -> None:
    other = another(alice)
    page = as_alice.get("/account/")
    assertContains(page, "Elsewhere/1.0")
    assertContains(page, "203.0.113.7")
    session = SignedIn.objects.get(browser="Elsewhere/1.0")
    answer = as_alice.post(f"/account/sessions/{session.pk}/end", follow=True)
    assertContains(answer, "That session is ended.")
    assert "/sign-in/" in other.get("/account/")["Location"]
    assert as_alice.get("/account/").status_code == 200


def test_it_ends_no_session_of_others(as_alice: Client, bob: User) -> None:
    other = another(bob)
    session = SignedIn.objects.get(user=bob)
    assert as_alice.post(f"/account/sessions/{session.pk}/end").status_code == 404
    assert other.get("/account/").status_code == 200


def test_it_signs_out_everywhere(as_alice: Client, alice: User) -> None:
    other = another(alice)
    assertContains(as_alice.post("/account/sessions/end", follow=True), "signed out everywhere")
    for client in (as_alice, other):
        assert "/sign-in/" in client.get("/account/")["Location"]
    assert not SignedIn.objects.filter(user=alice).exists()


def test_it_forgets_sessions_that_ended(as_alice: Client, alice: User) -> None:
    as_alice.post("/sign-out/")
    another(alice)
    assert SignedIn.objects.filter(user=alice).count() == 1


def test_it_says_what_is_stored_and_for_how_long(as_alice: Client) -> None:
    page = as_alice.get("/account/")
    for text in ("24 hours", "90 days", "14 days", "until you delete it"):
        assertContains(page, text)


def test_it_hands_the_data_out(as_alice: Client, submission: Submission) -> None:
    finish(submission)
    answer = as_alice.post("/account/export")
    assert answer["Content-Type"] == "application/zip"
    assert b"submissions.json" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["", "alice", "bob@example.com"])
def test_it_deletes_nothing_without_the_right_address(as_alice: Client, typed: str) -> None:
    answer = as_alice.post("/account/delete/", {"email": typed})
    assertContains(answer, "That is not your e-mail address.", status_code=422)
    assert User.objects.filter(email="alice@example.com").exists()


def test_it_says_before_what_goes_and_what_stays(as_alice: Client) -> None:
    page = as_alice.get("/account/delete/")
    assertContains(page, "stays without your address, name and network address")
    assertContains(page, '<span class="as-typed">alice@example.com</span>')


def test_it_deletes_the_account(as_alice: Client, submission: Submission) -> None:
    answer = as_alice.post("/account/delete/", {"email": " Alice@Example.com"}, follow=True)
    assertRedirects(answer, "/")
    assertContains(answer, "Your account is deleted.")
    assert not User.objects.filter(email="alice@example.com").exists()
    assert not Submission.objects.exists()


def test_it_says_why_an_administrator_must_stay(as_admin: Client) -> None:
    answer = as_admin.post("/account/delete/", {"email": "admin@example.com"})
    assertContains(answer, "only administrator", status_code=422)


@pytest.mark.parametrize("path", ["export", "delete/", "sessions/end", "sessions/1/end"])
def test_it_asks_visitors_to_sign_in(client: Client, db: None, path: str) -> None:
    assert "/sign-in/" in client.post(f"/account/{path}")["Location"]
