"""Pytest plugin: the cast and the tools that tests of every app share."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import SettingsWrapper

from accounts.models import User
from pipeline.models import Submission
from pipeline.services import submit

CODE = "import hashlib\n\nprint(hashlib.md5(b'x').hexdigest())\n"


@pytest.fixture
def alice(db: None) -> User:
    """Owns what tests submit."""
    return User.objects.create_user("alice@example.com", name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Owns nothing of alice's and must not see it."""
    return User.objects.create_user("bob@example.com", name="Bob")


@pytest.fixture
def an_admin(db: None) -> User:
    """May do everything."""
    return User.objects.create_user("admin@example.com", name="Ada", role=User.Role.ADMIN)


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def as_admin(client: Client, an_admin: User) -> Client:
    client.force_login(an_admin)
    return client


@pytest.fixture
def submission(alice: User) -> Submission:
    """A small Python submission of alice's, queued."""
    return submit(user=alice, code=CODE, language="python", filename="small.py")


@pytest.fixture(autouse=True)
def quick_retries(settings: SettingsWrapper) -> None:
    """Failed jobs are due again at once, so that no test has to wait."""
    settings.JOB_BACKOFF_DELAY_MS = 0
