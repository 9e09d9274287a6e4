"""auth.me and auth.logout over the JSON API, and who gets in with what."""

from __future__ import annotations

import pytest

from accounts.models import User
from pipeline.models import Submission
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db
PROTECTED = ["code.getRateLimit", "code.getJobStatus", "code.getHistory", "code.getResult"]


def test_it_tells_who_is_signed_in(alice: User) -> None:
    me = ApiClient(alice).ask("auth.me").json()["user"]
    assert me["created_at"]
    assert {key: me[key] for key in ("email", "name", "role")} == {
        "email": "alice@example.com",
        "name": "Alice",
        "role": "user",
    }
    assert len(me) == 4


def test_it_knows_nobody_in_a_visitor() -> None:
    assert ApiClient().ask("auth.me").json()["user"] is None


def test_it_ends_the_session(alice: User) -> None:
    api = ApiClient(alice)
    assert api.call("auth.logout").status_code == 204
    assert api.ask("auth.me").json()["user"] is None


def test_it_has_nothing_to_end_for_a_visitor() -> None:
    assert ApiClient().call("auth.logout").status_code == 204


def test_it_ends_no_session_for_another_site(alice: User) -> None:
    api = ApiClient(alice)
    api.csrf = ""
    assert problem_of(api.call("auth.logout")) == (403, "csrf-failed")
    assert api.ask("auth.me").json()["user"]


@pytest.mark.parametrize("name", PROTECTED)
def test_it_asks_visitors_to_sign_in(name: str) -> None:
    assert problem_of(ApiClient().ask(name, id="x")) == (401, "not-signed-in")


def test_it_asks_visitors_to_sign_in_before_it_asks_for_a_token() -> None:
    api = ApiClient()
    api.csrf = ""
    assert problem_of(api.call("code.submit", code="x")) == (401, "not-signed-in")


def test_it_takes_no_submission_without_the_token(alice: User) -> None:
    api = ApiClient(alice)
    api.csrf = ""
    answer = api.call("code.submit", code="x", language="python")
    assert problem_of(answer) == (403, "csrf-failed")
    assert not Submission.objects.exists()


def test_it_says_how_to_send_the_token(alice: User) -> None:
    api = ApiClient(alice)
    api.csrf = ""
    assert "X-CSRFToken" in api.call("auth.logout").json()["detail"]


def test_it_shuts_a_suspended_user_out(alice: User) -> None:
    api = ApiClient(alice)
    User.objects.update(is_active=False)
    assert problem_of(api.ask("code.getHistory")) == (401, "not-signed-in")


def test_it_lets_nothing_be_cached(alice: User) -> None:
    for answer in (ApiClient(alice).ask("code.getHistory"), ApiClient().ask("code.getHistory")):
        assert "no-store" in answer["Cache-Control"]
