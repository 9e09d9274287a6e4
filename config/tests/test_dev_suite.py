"""./dev test skips what the machine lacks, says so, and with REQUIRE_ALL=1 accepts no skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache

from config.workshop import needs, suite

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest
from django.core.cache import cache

def test_plain():
    pass

@pytest.mark.mysql
def test_with_server():
    raise AssertionError("ran without a server")

@pytest.mark.xfail(strict=True)
def test_expected_failure():
    raise AssertionError
"""


def run_pytest(folder: Path, **variables: str) -> str:
    """pytest with our plugin over TESTS, in an environment without servers; its last line."""
    (folder / "test_inner.py").write_text(TESTS)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    mysql: needs a server\n")
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    env |= {"DATABASE_URL": "sqlite:///unused.sqlite3", "PYTHONPATH": str(ROOT), "REQUIRE_ALL": ""}
    options = [
        "-p",
        "config.workshop.requirements_plugin",
        "-p",
        "no:django",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", *options],
        cwd=folder,
        env=env | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.strip().splitlines()[-1]


def test_it_skips_what_needs_a_missing_server(tmp_path: Path) -> None:
    assert run_pytest(tmp_path).startswith("1 passed, 1 skipped, 1 xfailed")


def test_it_accepts_no_skip_when_all_are_required(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, REQUIRE_ALL="1").startswith("1 passed, 1 xfailed, 1 error")


def test_it_names_what_is_left_out_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///var/db.sqlite3")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/5")
    monkeypatch.setenv("CHROMIUM", "/somewhere/chromium")
    assert needs.missing() == {"mysql": "DATABASE_URL names no MySQL or MariaDB"}


def test_it_runs_in_parallel_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite.os, "cpu_count", lambda: 2)
    assert "-n" in suite.pytest_command([])
    assert suite.pytest_command(["-n", "0"]).count("-n") == 1
    assert "-n" not in suite.pytest_command(["--pdb"])
    assert "-n" not in suite.pytest_command(["config/tests/test_dev_suite.py"])


def test_it_passes_the_arguments_on() -> None:
    assert suite.pytest_command(["-k", "limits"])[-2:] == ["-k", "limits"]


@pytest.mark.redis
@pytest.mark.parametrize("visitor", ["first", "second"])
def test_it_gives_each_test_a_cache_of_its_own(visitor: str) -> None:
    assert cache.get("left-behind") is None, visitor
    cache.set("left-behind", visitor, timeout=30)


def test_an_empty_chromium_means_that_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "")
    assert needs.chromium() is None
