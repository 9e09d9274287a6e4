"""Every operation of the JSON API declares who may call it, and keeps to it."""

from __future__ import annotations

import pytest

from accounts.models import User
from config.tests.test_api_whole import operations
from pipeline.tests.api_client import ApiClient, problem_of

pytestmark = pytest.mark.django_db

ANYBODY = {"auth.me", "auth.logout"}
OPERATIONS = {name: method for name, (method, _, _) in operations().items()}


def answer_to(caller: ApiClient, name: str) -> tuple[int, str]:
    """How a call without anything in it is refused."""
    return problem_of(caller.ask(name) if OPERATIONS[name] == "get" else caller.call(name))


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - ANYBODY))
def test_it_refuses_visitors_first(name: str) -> None:
    assert answer_to(ApiClient(), name) == (401, "not-signed-in")


@pytest.mark.parametrize("name", sorted(name for name in OPERATIONS if name.startswith("admin.")))
def test_it_refuses_users_what_is_for_administrators(alice: User, name: str) -> None:
    assert answer_to(ApiClient(alice), name) == (403, "administrators-only")
