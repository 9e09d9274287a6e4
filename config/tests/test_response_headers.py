"""Every answer leaves with the headers against framing, sniffing, keeping and foreign scripts."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.policies import Policy
from config import observers
from config.tests.routes import routes
from operations.health import Finding, State
from pipeline.models import Submission
from pipeline.tests.page_data import finish

pytestmark = pytest.mark.django_db
REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
}


@pytest.fixture(autouse=True)
def silent_logs() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def faults(answer: HttpResponse, *, kept_by_nobody: bool = True) -> list[str]:
    """What a response lacks, or says too laxly."""
    wrong = [name for name, value in REQUIRED.items() if answer.get(name) != value]
    if "camera=()" not in answer.get("Permissions-Policy", ""):
        wrong.append("Permissions-Policy")
    if kept_by_nobody and not {"private", "no-store"} <= cache_words(answer):
        wrong.append(f"Cache-Control: {answer.get('Cache-Control')}")
    return wrong + policy_faults(answer.get("Content-Security-Policy", ""))


def cache_words(answer: HttpResponse) -> set[str]:
    return {word.strip() for word in answer.get("Cache-Control", "").split(",")}


def policy_faults(policy: str) -> list[str]:
    said = {
        name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))
    }
    wrong = [
        f"{name} {said.get(name)}" for name, value in POLICY.items() if said.get(name) != value
    ]
    return wrong + [word for word in ("unsafe-inline", "unsafe-eval", "*") if word in policy]


def of_all_routes(client: Client) -> dict[str, list[str]]:
    """Route -> faults of what it answers, be it a page, a redirect or a refusal."""
    found = {}
    for route in routes():
        found[route.path] = faults(client.get(route.at()), kept_by_nobody=route.path != "/")
    return {name: wrong for name, wrong in found.items() if wrong}


def strict() -> Client:
    return Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9")


def test_it_sends_them_to_visitors_from_every_route() -> None:
    assert of_all_routes(strict()) == {}


def test_it_sends_them_to_users_from_every_route(alice: User) -> None:
    client = strict()
    client.force_login(alice)
    assert of_all_routes(client) == {}


def test_it_sends_them_to_administrators_from_every_route(an_admin: User) -> None:
    client = strict()
    client.force_login(an_admin)
    assert of_all_routes(client) == {}


def test_it_sends_them_with_a_users_own_pages_and_files(
    as_alice: Client, submission: Submission
) -> None:
    finish(submission)
    own = [
        route for route in routes() if route.policy is Policy.OWNER and "<public_id>" in route.path
    ]
    found = {}
    for route in own:
        answer = as_alice.get(route.at(public_id=submission.public_id, form="json"))
        assert list(answer) or answer.status_code != 200  # a file is closed when it was read
        found[route.path] = faults(answer)
    assert len(found) > 6
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_it_lets_a_browser_keep_the_form_but_nobody_else_and_no_stored_code(
    as_alice: Client, submission: Submission
) -> None:
    assert cache_words(as_alice.get("/")) == {"private", "no-cache"}
    again = as_alice.get("/", {"from": submission.public_id})
    assert "hashlib.md5" in again.content.decode()
    assert {"private", "no-store"} <= cache_words(again)


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/submissions"])
def test_it_sends_them_where_there_is_nothing(client: Client, path: str) -> None:
    assert faults(client.get(path)) == []


def test_it_sends_them_with_a_form_that_is_refused(alice: User) -> None:
    client = strict()
    client.force_login(alice)
    for path in ("/submissions/", "/account/delete/", "/api/v1/code/submit"):
        answer = client.post(path)
        assert (answer.status_code, faults(answer)) == (403, [])


def test_it_sends_them_with_what_is_too_large_or_malformed(
    client: Client, settings: Settings
) -> None:
    settings.MAX_REQUEST_BYTES = 1_000
    too_large = client.post("/submissions/", {"code": "x" * 2_000})
    assert (too_large.status_code, faults(too_large)) == (413, [])
    wrong_host = client.get("/", headers={"Host": "evil.example"})
    assert (wrong_host.status_code, faults(wrong_host)) == (400, [])


def test_it_sends_them_with_our_own_mistakes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(observers, "exposition", fail)
    client.raise_request_exception = False
    answer = client.get("/metrics")
    assert (answer.status_code, faults(answer)) == (500, [])


def test_it_sends_them_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = {"database": Finding(State.DOWN)}
    monkeypatch.setattr(observers, "report", lambda: down)
    answer = client.get("/health")
    assert (answer.status_code, faults(answer)) == (503, [])


def test_it_lets_caches_keep_what_is_the_same_for_all(client: Client) -> None:
    answer = client.get("/static/css/app.css")
    assert b"".join(answer)
    assert "public" in cache_words(answer)
    assert faults(answer, kept_by_nobody=False) == []
