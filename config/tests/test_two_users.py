"""Bob cannot tell what alice has from what does not exist, and changes none of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from config.tests import two_users
from config.tests.routes import api_operations, routes
from config.tests.two_users import API, API_WITHOUT_OBJECTS, BULK, HERS, KEY, NOBODYS, Names
from pipeline.models import IdempotencyKey, Job, Submission

pytestmark = pytest.mark.django_db
TABS = ("dossier", "findings", "code", "rebuilt", "diff", "verdict", "evidence", "trace")


@pytest.fixture(autouse=True)
def silent_logs() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def hers(alice: User) -> Names:
    return two_users.furnish(alice)


@pytest.fixture
def own(bob: User, hers: Names) -> Submission:
    return two_users.furnish_bob(bob)


@pytest.fixture
def as_bob(bob: User, own: Submission) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(bob)
    return client


def test_it_knows_every_route_that_names_something() -> None:
    """A new one belongs into the tables of two_users.py."""
    owned = {route.path for route in routes() if route.policy and route.policy.name == "OWNER"}
    assert owned == {route.path for route in two_users.owned_routes()} | BULK
    of_users = {route.path for route in routes() if two_users.of_users(route)}
    assert of_users & api_operations().keys() == API.keys() | API_WITHOUT_OBJECTS


def test_it_answers_for_hers_as_for_what_does_not_exist(
    as_bob: Client, hers: Names, own: Submission
) -> None:
    before = two_users.rows()
    told_apart = []
    pairs = zip(
        two_users.calls(hers, own.public_id), two_users.calls(NOBODYS, own.public_id), strict=True
    )
    for theirs, nothing in pairs:
        seen = two_users.see(theirs, as_bob, hers)
        unknown = two_users.see(nothing, as_bob, NOBODYS)
        if seen != unknown or HERS in str(seen) or seen.status not in (404, 405):
            told_apart.append((theirs, two_users.difference(seen, unknown)))
    assert told_apart == []
    assert two_users.changed(before, two_users.rows()) == []


def test_it_would_see_the_difference(hers: Names, alice: User, own: Submission) -> None:
    """Alice herself gets each of them, so that the addresses are right and the eyes open."""
    client = Client()
    client.force_login(alice)
    got = set()
    for call in two_users.calls(hers, hers.submission):
        with transaction.atomic():
            answer = call.by(client)
            # What has ended can not be cancelled, which is told to its owner alone.
            if list(answer) is not None and answer.status_code in (200, 202, 204, 302, 409):
                got.add(call.path)
            transaction.set_rollback(True)
        client.force_login(alice)
    assert {call.path for call in two_users.calls(hers, hers.submission)} - got == set()


def test_it_shows_bob_nothing_of_hers_on_his_own_pages(as_bob: Client, own: Submission) -> None:
    at = own.get_absolute_url()
    tabs = [
        f"{at}?tab={tab}" for tab in (*TABS, "diff&with=previous", "diff&with=previous&view=side")
    ]
    plain = [route.path for route in routes() if "<" not in route.path and not route.is_console]
    ids = f"?id={own.public_id}"
    for address in (*tabs, *plain, f"/submissions/{own.public_id}/export.zip"):
        query = ids if address in BULK or address.startswith("/api/v1/code") else ""
        answer = as_bob.get(address + query)
        assert HERS not in two_users.text_of(answer) + str(answer.headers), address


def test_it_searches_and_exports_only_what_is_his(as_bob: Client, own: Submission) -> None:
    for query in (HERS, "same_name", "alice@example.com"):
        page = as_bob.get("/submissions/", {"q": query})
        assert f"Alice {HERS}" not in page.content.decode()
        assert page.content.decode().count(HERS) == (1 if query == HERS else 0)  # what he typed
    exported = two_users.text_of(as_bob.post("/account/export"))
    assert own.public_id in exported
    assert HERS not in exported


def test_it_replays_nobody_elses_answer(as_bob: Client, bob: User, hers: Names) -> None:
    body = {"code": f"x = 1  # {HERS}\n", "language": "python", "filename": "same_name.py"}
    before = list(Submission.objects.filter(public_id=hers.submission).values())
    jobs = list(Job.objects.filter(submission__public_id=hers.submission).values())
    keys = list(IdempotencyKey.objects.exclude(user=bob).values())
    csrf = as_bob.get("/api/v1/auth/me").json()["csrf_token"]
    for key in (KEY, "another-key"):
        headers = {"Idempotency-Key": key, "X-CSRFToken": csrf}
        answer = as_bob.post("/api/v1/code/submit", body, "application/json", headers=headers)
        assert (answer.status_code, "Idempotency-Replayed" in answer) == (202, False)
        assert Submission.objects.get(public_id=answer.json()["id"]).user == bob
        assert hers.submission not in two_users.text_of(answer) + str(answer.headers)
    assert before == list(Submission.objects.filter(public_id=hers.submission).values())
    assert jobs == list(Job.objects.filter(submission__public_id=hers.submission).values())
    assert keys == list(IdempotencyKey.objects.exclude(user=bob).values())
