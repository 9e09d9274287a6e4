"""The product on a free port with a pool at work, and the client run as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts import tokens
from accounts.models import ApiToken, User
from config.tests.pool_at_work import pool_at_work

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

SAFE = "def double(number):\n    return 2 * number\n"
UNSAFE = "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"
CLIENT = settings.BASE_DIR / "client"
SECONDS = 120


@contextmanager
def working_pool() -> Iterator[None]:
    """Defaults and a pool of one slot, as ``./dev run`` has them."""
    call_command("seed_defaults", verbosity=0)
    with pool_at_work():
        yield


def token_of(user: User, scope: str = "submit") -> str:
    made = tokens.create(user=user, name="CI", scope=ApiToken.Scope(scope), days=1)
    return made[1].reveal()


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A folder with files to review, and what the client needs to know."""

    folder: Path
    server: str = ""
    token: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, code: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """Nothing of ours but the two variables, and git without the user's settings."""
        given = {
            "AI_TO_PRODUCTION_SERVER": self.server,
            "AI_TO_PRODUCTION_TOKEN": self.token,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
        }
        return {**{name: value for name, value in given.items() if value}, **self.variables}

    def run(self, *command: str) -> Ran:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def review(self, *arguments: str) -> Ran:
        """The client by itself: this Python's standard library and nothing installed."""
        return self.run(sys.executable, "-I", "-S", str(CLIENT), "review", *arguments)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
        done = self.run("git", *who, "-c", "commit.gpgsign=false", *arguments)
        assert done.code == 0, done.err
        return done.out.strip()

    def commit(self) -> str:
        """Commit everything; returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def project(
    live_server: LiveServer, alice: User, settings: Settings, tmp_path: Path
) -> Iterator[Project]:
    """An empty project, and a server that runs what the client sends."""
    settings.MAX_DAILY_SUBMISSIONS = 100
    with working_pool():
        yield Project(tmp_path, live_server.url, token_of(alice))
