"""Personal tokens at the JSON API: what each scope opens, and how everything else is refused."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, User
from config.tests.test_api_whole import operations
from operations.models import AuditEntry
from pipeline.models import Submission
from pipeline.tests.api_client import address, problem_of

pytestmark = pytest.mark.django_db
CODE = {"code": "import hashlib\nhashlib.md5(b'x')\n", "filename": "a.py"}
READING = {"code.getRateLimit", "code.getHistory", "auth.me"}


class Program:
    """Calls procedures with a token, without a session and without a CSRF token."""

    def __init__(self, text: str) -> None:
        self.http = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})

    @classmethod
    def of(cls, user: User, scope: str = "submit") -> Program:
        made = tokens.create(user=user, name="n", scope=ApiToken.Scope(scope), days=None)
        return cls(made[1].reveal())

    def ask(self, name: str, **query: object) -> HttpResponse:
        return self.http.get(address(name), query)

    def call(self, name: str, **body: Any) -> HttpResponse:
        return self.http.post(address(name), body, "application/json")


@pytest.mark.parametrize("name", sorted(READING))
@pytest.mark.parametrize("scope", ["read", "submit"])
def test_it_reads_with_either_scope(alice: User, name: str, scope: str) -> None:
    assert Program.of(alice, scope).ask(name).status_code == 200


def test_it_acts_as_its_user(alice: User) -> None:
    assert Program.of(alice).ask("auth.me").json()["user"]["email"] == alice.email


def test_it_submits_without_a_csrf_token(alice: User) -> None:
    assert Program.of(alice).call("code.submit", **CODE).status_code == 202
    assert Submission.objects.get().user == alice


def test_it_submits_nothing_with_a_token_that_may_read(alice: User) -> None:
    answer = Program.of(alice, "read").call("code.submit", **CODE)
    assert problem_of(answer) == (403, "missing-scope")
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="submit"'
    assert not Submission.objects.exists()


def test_it_shows_nothing_of_others(alice: User, bob: User, submission: Submission) -> None:
    answer = Program.of(bob).ask("code.getResult", id=submission.public_id)
    assert problem_of(answer) == (404, "not-found")


@pytest.mark.parametrize("text", ["", "x", "aitp_" + "0" * 46, "two words"])
def test_it_refuses_what_is_no_token(alice: User, text: str) -> None:
    answer = Program(text).ask("code.getHistory")
    assert problem_of(answer) == (401, "invalid-token")
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("name", ["auth.me", "code.getHistory"])
def test_it_refuses_a_revoked_token_everywhere(alice: User, name: str) -> None:
    program = Program.of(alice)
    tokens.revoke(ApiToken.objects.get())
    assert problem_of(program.ask(name)) == (401, "invalid-token")


def test_it_refuses_a_suspended_user(alice: User) -> None:
    program = Program.of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert problem_of(program.ask("code.getHistory")) == (401, "invalid-token")


def test_it_lets_a_wrong_token_not_fall_back_to_a_session(alice: User) -> None:
    program = Program("wrong")
    program.http.force_login(alice)
    assert problem_of(program.ask("code.getHistory")) == (401, "invalid-token")


def test_it_leaves_the_session_to_other_schemes(alice: User) -> None:
    browser = Client(headers={"Authorization": "Basic Zm9vOmJhcg=="})
    browser.force_login(alice)
    assert browser.get(address("code.getHistory")).status_code == 200


def test_it_does_not_open_pages(alice: User) -> None:
    assert Program.of(alice).http.get("/account/").status_code == 302


def test_it_opens_to_administrators_what_is_theirs_alone(alice: User, an_admin: User) -> None:
    assert problem_of(Program.of(alice).ask("admin.getUsers")) == (403, "administrators-only")
    assert Program.of(an_admin, "read").ask("admin.getUsers").status_code == 200


def test_it_changes_nothing_for_administrators_who_may_read(an_admin: User) -> None:
    answer = Program.of(an_admin, "read").call("admin.seedDefaults")
    assert problem_of(answer) == (403, "missing-scope")
    assert Program.of(an_admin).call("admin.seedDefaults").status_code == 200


def test_it_names_the_tokens_user_in_the_audit_log(an_admin: User) -> None:
    Program.of(an_admin).call("admin.updatePrompt", step="forensic", content="Be exact.")
    entry = AuditEntry.objects.filter(content_type__model="systemprompt").latest()
    assert entry.actor == an_admin


@pytest.mark.parametrize("name", sorted(set(operations()) - {"auth.logout"}))
def test_it_takes_the_wider_scope_for_whatever_changes_something(an_admin: User, name: str) -> None:
    reads = operations()[name][0] == "get"
    program = Program.of(an_admin, "read")
    answer = program.ask(name) if reads else program.call(name)
    assert (b"missing-scope" in answer.content) is not reads


def test_it_leaves_no_token_in_logs_and_entries(
    alice: User, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)
    made = tokens.create(user=alice, name="n", scope=ApiToken.Scope.SUBMIT, days=None)
    text = made[1].reveal()
    Program(text).call("code.submit", **CODE)
    Program(text[:-1]).ask("code.getHistory")
    kept = json.dumps([str(entry.__dict__) for entry in AuditEntry.objects.all()])
    assert (text[:30] in caplog.text, text[:30] in kept) == (False, False)
