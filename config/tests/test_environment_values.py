"""Settings from the environment: a wrong value stops the start with one line that names it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from django.conf import settings

from config.environment import Environment

PRODUCTION = {
    "ENVIRONMENT": "production",
    "JWT_SECRET": "j" * 64,
    "ENCRYPTION_KEY": "e" * 64,
    "SIGNIN_ALLOWED": "example.com",
}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Start the product's settings in a process that has only these variables."""
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_takes_an_empty_value_for_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = ("DEBUG", "DEFAULT_LLM_MODEL", "ALLOWED_HOSTS", "JOB_MAX_RETRIES", "LOG_LEVEL")
    for name in names:
        monkeypatch.setenv(name, " ")
    env = Environment(tmp_path)
    assert env.flag("DEBUG", False) is False
    assert env.text("DEFAULT_LLM_MODEL", "gpt") == "gpt"
    assert env.words("ALLOWED_HOSTS", ("localhost",)) == ["localhost"]
    assert env.whole_number("JOB_MAX_RETRIES", 3, minimum=1, maximum=9) == 3
    assert env.choice("LOG_LEVEL", "INFO", ("INFO",)) == "INFO"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_DAILY_SUBMISSIONS", "five"),
        ("MAX_CODE_SIZE_BYTES", "10"),
        ("JOB_MAX_RETRIES", "0"),
        ("JOB_TIMEOUT_MS", "-1"),
        ("JOB_BACKOFF_DELAY_MS", "1.5"),
        ("CACHE_TTL_SECONDS", "x"),
        ("DEBUG", "maybe"),
        ("ENVIRONMENT", "staging"),
        ("DATABASE_URL", "oracle://host/db"),
        ("DATABASE_URL", "mysql://host:port/db"),
        ("DATABASE_URL", "mysql://host"),
        ("REDIS_URL", "localhost:6379"),
        ("GOOGLE_REDIRECT_URI", "/callback"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("JWT_SECRET_FILE", "/nowhere/secret"),
        ("LOG_LEVEL", "LOUD"),
        ("JWT_SECRET", "short"),
        ("ENCRYPTION_KEY", "z" * 64),
        ("ENCRYPTION_KEYS_OLD", "e" * 64 + ",short"),
        ("PROVIDER_ALLOWED_HOSTS", "http://localhost:8080"),
        ("PROVIDER_ALLOWED_HOSTS", "localhost:many"),
        ("PROVIDER_PROXY", "socks5://proxy:1080"),
        ("PROVIDER_CA_BUNDLE", "/nowhere/ca.pem"),
        ("ENCRYPTION_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="[:-8] + "AAAA"),
    ],
)
def test_it_stops_with_one_line_that_names_the_variable(name: str, value: str) -> None:
    ended = start(**{name: value})
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert name in ended.stderr


def test_it_does_not_repeat_a_password_in_its_message() -> None:
    ended = start(DATABASE_URL="mysql://root:hunter2@host:port/db")
    assert "hunter2" not in ended.stderr


def test_it_starts_with_nothing_set() -> None:
    assert start().returncode == 0


def test_it_starts_in_production_with_what_production_needs() -> None:
    ended = start(**PRODUCTION)
    assert (ended.stderr, ended.returncode) == ("", 0)


@pytest.mark.parametrize("missing", ["JWT_SECRET", "ENCRYPTION_KEY", "SIGNIN_ALLOWED"])
def test_it_refuses_production_without(missing: str) -> None:
    ended = start(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert ended.returncode == 1
    assert missing in ended.stderr


@pytest.mark.parametrize("key", ["0f" * 32, b64encode(b"k" * 32).decode()])
def test_it_takes_an_encryption_key_as_hex_or_base64(key: str) -> None:
    assert start(ENCRYPTION_KEY=key).returncode == 0


def test_it_refuses_the_developer_sign_in_in_production() -> None:
    ended = start(**PRODUCTION, DEBUG="on")
    assert ended.returncode == 1
    assert "DEBUG" in ended.stderr


def test_it_reads_a_secret_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from-file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert Environment(tmp_path).text("SOME_KEY", secret=True) == "from-file"


def test_it_generates_a_local_secret_once_for_the_owner_only(tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    first = environment.local_secret("A_NEW_SECRET", generate_in=tmp_path / "var")
    assert environment.local_secret("A_NEW_SECRET", generate_in=tmp_path / "var") == first
    mode = stat.S_IMODE((tmp_path / "var" / "a_new_secret").stat().st_mode)
    assert (len(first), oct(mode)) == (64, "0o600")


@pytest.mark.parametrize("scheme", ["mysql", "mariadb", "tidb"])
def test_it_takes_a_server_address_apart(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_DATABASE", f"{scheme}://us%40er:p%2Fw@db.example:3307/product")
    assert Environment(tmp_path).database("A_DATABASE", tmp_path / "x") == {
        "ENGINE": "operations.mysql",
        "NAME": "product",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "3307",
    }


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite:///var/a.db", "{base}/var/a.db"), ("sqlite:////tmp/a.db", "/tmp/a.db")],
)
def test_it_reads_sqlite_paths_from_the_projects_folder(
    url: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_DATABASE", url)
    found = Environment(tmp_path).database("A_DATABASE", tmp_path / "x")
    assert found["NAME"] == path.format(base=tmp_path)
