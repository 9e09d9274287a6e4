"""Pytest plugin: the cast and the tools that tests of every app share.

Pytest loads it before Django is set up, so models are imported where they are used.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import Settings

    from accounts.models import User
    from pipeline.models import Submission

CODE = "import hashlib\n\nprint(hashlib.md5(b'x').hexdigest())\n"


def pytest_configure(config: pytest.Config) -> None:
    """Give each run an SQLite file of its own, so that two runs at once do not meet.

    A file, not memory: workers started by tests open the same database.
    """
    from django.conf import settings

    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder = Path(tempfile.mkdtemp(prefix="ai-to-production-test-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        database["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture
def alice(db: None) -> User:
    """Owns what tests submit."""
    return _user("alice@example.com", name="Alice")


@pytest.fixture
def bob(db: None) -> User:
    """Owns nothing of alice's and must not see it."""
    return _user("bob@example.com", name="Bob")


@pytest.fixture
def an_admin(db: None) -> User:
    """May do everything."""
    return _user("admin@example.com", name="Ada", role="admin")


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
    from pipeline.services import submit

    return submit(user=alice, code=CODE, language="python", filename="small.py")


@pytest.fixture(autouse=True)
def redis_is_asked() -> None:
    """No test keeps away from Redis because it failed another one."""
    from operations import silence

    silence.speak()


@pytest.fixture(autouse=True)
def database_was_never_away() -> Iterator[None]:
    """No test spares expired leases because another one took the database away.

    Without ``monkeypatch``: what a test patches of the connection must be undone before the test
    database is rolled back, and an autouse fixture that asks for it would turn that order round.
    """
    from operations import persistence

    persistence._last_outage = None
    yield
    persistence._last_outage = None


@pytest.fixture(autouse=True)
def quick_retries(settings: Settings) -> None:
    """Failed jobs are due again at once, so that no test has to wait."""
    settings.JOB_BACKOFF_DELAY_MS = 0


@pytest.fixture(autouse=True)
def no_attempts_before(settings: Settings) -> None:
    """No test is refused because of what others sent within the same minute."""
    settings.RATELIMIT_CACHE_PREFIX = f"test:{uuid4()}:"


@pytest.fixture
def as_from_a_terminal() -> Iterator[None]:
    """Started in the background, a shell makes its commands deaf to Ctrl-C, and theirs too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _user(email: str, **fields: str) -> User:
    from accounts.models import User

    return User.objects.create_user(email, **fields)
