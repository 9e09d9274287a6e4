"""Users and their limits over the JSON API, for administrators alone."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.services import local_system_user
from billing.limits import daily_limit
from billing.models import LimitOverride
from operations.models import AuditEntry
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


def limit(api: ApiClient, **sent: Any) -> dict[str, Any]:
    told: dict[str, Any] = api.call("admin.updateUserRateLimit", **sent).json()
    return told


def test_it_sets_changes_and_removes_a_limit(an_admin: User, alice: User) -> None:
    api = ApiClient(an_admin)
    assert limit(api, id=alice.pk, daily_submissions=9, reason=" Busy ")["daily_submissions"] == 9
    assert limit(api, id=alice.pk, daily_submissions=None)["daily_submissions"] is None
    override = LimitOverride.objects.get()
    entries = AuditEntry.objects.get_for_object(override)
    assert {entry.actor for entry in entries} == {an_admin}
    assert [entry.action for entry in entries] == [1, 0]
    told = limit(api, id=alice.pk, remove=True)
    assert told == {"user": alice.email, "daily_submissions": daily_limit(alice), "override": None}
    assert not LimitOverride.objects.exists()
    assert AuditEntry.objects.filter(action=2, object_pk=str(override.pk)).exists()


def test_it_removes_what_is_not_there_without_complaint(an_admin: User, alice: User) -> None:
    assert limit(ApiClient(an_admin), id=alice.pk, remove=True)["override"] is None


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ({}, "invalid-value"),
        ({"remove": True, "daily_submissions": 1}, "invalid-value"),
        ({"remove": 1}, "invalid-request"),
        ({"daily_submissions": -1}, "invalid-request"),
        ({"daily_submissions": 2**31}, "invalid-request"),
        ({"daily_submissions": 1, "reason": "x" * 501}, "invalid-request"),
    ],
)
def test_it_refuses_limits_that_say_nothing_or_two_things(
    an_admin: User, alice: User, sent: dict[str, Any], kind: str
) -> None:
    answer = ApiClient(an_admin).call("admin.updateUserRateLimit", id=alice.pk, **sent)
    assert problem_of(answer) == (422, kind)
    assert not LimitOverride.objects.exists()


def test_it_sets_no_limit_for_the_unknown_or_the_system(an_admin: User) -> None:
    api = ApiClient(an_admin)
    answer = api.call("admin.updateUserRateLimit", id=404_404, daily_submissions=1)
    assert problem_of(answer) == (404, "not-found")
    system = local_system_user()
    answer = api.call("admin.updateUserRateLimit", id=system.pk, daily_submissions=1)
    assert problem_of(answer) == (422, "invalid-value")
