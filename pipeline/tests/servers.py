"""Real processes for tests: a Redis of one's own and workers on the test database."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

PATIENCE_SECONDS = 120.0


def wait_for(condition: Callable[[], object], what: str = "It") -> None:
    """Wait until something another process does has happened; fail after two minutes."""
    pause, seconds = threading.Event(), 0.05
    for _ in range(int(PATIENCE_SECONDS / seconds)):
        if condition():
            return
        pause.wait(seconds)
    pytest.fail(f"{what} did not happen within {PATIENCE_SECONDS:.0f} seconds.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OwnRedis:
    """A Redis server that a test may stop, freeze and start again; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "These tests need redis-server."
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "dir": str(self.folder)}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([program, *words], stdout=log)  # noqa: S603
        wait_for(self._answers, "Redis's start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def url_of_test_database() -> str:
    """DATABASE_URL for a process that is to work on the database of this test run."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    set_ = connection.settings_dict
    login = f"{set_['USER']}:{set_['PASSWORD']}" if set_["PASSWORD"] else set_["USER"]
    return f"mysql://{login}@{set_['HOST']}:{set_['PORT'] or 3306}/{name}"


@contextmanager
def product_process(
    log: Path, *command: str, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the product on the test database; killed if the block did not end it."""
    env = {**os.environ, "DATABASE_URL": url_of_test_database(), "LOG_LEVEL": "INFO", **variables}
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command],
            cwd=settings.BASE_DIR,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
