"""Users and their limits over the JSON API, for administrators alone."""

from __future__ import annotations

import pytest

from accounts.models import User
from billing.models import LimitOverride
from pipeline.models import Submission
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["getUsers", "getRateLimits"])
def test_it_is_for_administrators_alone(alice: User, name: str) -> None:
    assert problem_of(ApiClient(alice).ask(f"admin.{name}")) == (403, "administrators-only")


def test_it_counts_the_submissions_of_users(
    an_admin: User, alice: User, submission: Submission
) -> None:
    page = ApiClient(an_admin).ask("admin.getUsers", email="ALICE@example.com").json()
    assert page["count"] == 1
    assert (page["items"][0]["email"], page["items"][0]["submission_count"]) == (alice.email, 1)


def test_it_finds_users_by_role(an_admin: User, alice: User) -> None:
    page = ApiClient(an_admin).ask("admin.getUsers", role="admin").json()
    assert [line["email"] for line in page["items"]] == [an_admin.email]


def test_it_lists_limits_of_ones_own(an_admin: User, alice: User, bob: User) -> None:
    LimitOverride.objects.create(user=alice, daily_submissions=None, reason="Trusted")
    api = ApiClient(an_admin)
    (line,) = api.ask("admin.getRateLimits").json()["items"]
    assert (line["user"], line["daily_submissions"]) == (alice.email, None)
    assert api.ask("admin.getRateLimits", user=bob.email).json()["count"] == 0
