"""`./dev check`: every quality gate, each with its name and result; all run even if one fails."""

import os
import secrets
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import environment
from .console import ROOT, say

AT_ONCE = 2
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Step:
    """One gate: what it is called, the interpreter's arguments, and its variables."""

    name: str
    arguments: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    inherits: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a gate ended; `output` is what it printed."""

    step: Step
    code: int
    seconds: float
    output: str


def check() -> int:
    """Run every gate; 0 if all passed, else 1."""
    environment.ensure(environment.test_files())
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="dev-check-") as folder,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        for outcome in pool.map(_run, steps(folder)):
            _report(outcome)
            outcomes.append(outcome)
    failed = [outcome.step.name for outcome in outcomes if outcome.code != 0]
    say(f"Failed: {', '.join(failed)}" if failed else f"All {len(outcomes)} checks passed.")
    return 1 if failed else 0


def steps(folder: str) -> list[Step]:
    """The gates; the longest first, since two run at a time. `folder` is a throwaway one."""
    local = {"ENVIRONMENT": "development", "DATABASE_URL": f"sqlite:///{folder}/check.sqlite3"}
    return [
        Step("types (mypy)", ("-m", "mypy", "."), local),
        Step("style (ruff check)", ("-m", "ruff", "check", "--output-format", "concise", ".")),
        Step(
            "format (ruff format)",
            ("-m", "ruff", "format", "--check", "--output-format", "concise", "."),
        ),
        Step("import directions (lint-imports)", ("-c", LINT_IMPORTS, "--no-cache")),
        Step("migrations", ("manage.py", "makemigrations", "--check", "--dry-run"), local),
        Step("Django (check)", ("manage.py", "check"), local),
        Step(
            "production settings (check --deploy)",
            ("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            production(folder),
            inherits=False,
        ),
    ]


def production(folder: str) -> dict[str, str]:
    """A complete production environment with invented values; its database is a local file."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "ENVIRONMENT": "production",
        "DATABASE_URL": f"sqlite:///{folder}/production.sqlite3",
        "REDIS_URL": "redis://redis.example:6379/0",
        "JWT_SECRET": secrets.token_urlsafe(64),
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "GOOGLE_CLIENT_ID": "client.example",
        "GOOGLE_CLIENT_SECRET": secrets.token_hex(16),
        "GOOGLE_REDIRECT_URI": "https://app.example/api/auth/google/callback",
        "SIGNIN_ALLOWED": "app.example",
    }


def _run(step: Step) -> Outcome:
    started = time.monotonic()
    env = {**os.environ, **step.variables} if step.inherits else step.variables
    command = [str(environment.python()), *step.arguments]
    done = subprocess.run(  # noqa: S603
        command,
        env=env,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(step, done.returncode, time.monotonic() - started, done.stdout)


def _report(outcome: Outcome) -> None:
    word = "ok" if outcome.code == 0 else "FAILED"
    say(f"{word:<7} {outcome.step.name:<38} {outcome.seconds:5.1f} s")
    if outcome.code != 0:
        say("\n".join(f"        {line}" for line in outcome.output.rstrip().splitlines()))
