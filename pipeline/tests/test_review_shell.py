"""manage.py review as people start it: its own process, on a database that is not there yet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

MANAGE = str(settings.BASE_DIR / "manage.py")
GOOD = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"DATABASE_URL": f"sqlite:///{tmp_path}/fresh.sqlite3", "LANG": "C.UTF-8"}


def start(environment: dict[str, str], here: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, MANAGE, "review", *arguments],
        cwd=here,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_creates_the_embedded_database_itself(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    with start(environment, tmp_path, "good.py") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "VERDICT" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("good.py", "--format", "xml"), "argument --format: invalid choice: 'xml'"),
        ((), "the following arguments are required: PATH"),
        (("good.py", "--fail-on", "awful"), "argument --fail-on: invalid choice: 'AWFUL'"),
    ],
)
def test_it_says_in_one_line_what_is_wrong_with_options(
    environment: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    with start(environment, tmp_path, *arguments) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("review: ") and err.count("\n") == 1
    assert said in err


def test_it_is_quiet_when_its_reader_leaves(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD)
    with start(environment, tmp_path, "good.py") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0


def test_it_counts_findings_also_when_its_reader_leaves(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bad.py").write_text("import yaml\n\nprint(yaml.load(input()))\n")
    with start(environment, tmp_path, "bad.py", "--fail-on", "low") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=60) == 1


@pytest.mark.usefixtures("as_from_a_terminal")
def test_it_ends_cleanly_on_ctrl_c(environment: dict[str, str], tmp_path: Path) -> None:
    fifo = tmp_path / "slow.py"
    os.mkfifo(fifo)
    with start(environment, tmp_path, "slow.py") as process:
        writer = _opened(fifo)  # the command is reading now
        try:
            out, err = _interrupted(process)
        finally:
            process.kill()
            os.close(writer)
    assert (process.returncode, out, err) == (130, "", "review: stopped.\n")


def _interrupted(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it printed after Ctrl-C, pressed again when nothing happens.

    A signal that comes just before a read is noticed only after it, in every Python program.
    """
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=10)
    raise AssertionError("It does not end on Ctrl-C.")


def _opened(fifo: Path) -> int:
    """Opens the writing end as soon as somebody reads."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
