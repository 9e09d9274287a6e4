"""What the GitHub Action runs: the client, with the action's inputs from the environment.

It writes a SARIF log below RUNNER_TEMP, the table into the job's summary, and the outputs.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

CLIENT = Path(__file__).resolve().parent
COULD_NOT_RUN = 2


def main(environment: Mapping[str, str]) -> int:
    """Review; returns the exit code of the client."""
    # One of its own: a job may use the action more than once.
    folder = Path(tempfile.mkdtemp(prefix="ai-to-production-", dir=environment["RUNNER_TEMP"]))
    command = [sys.executable, str(CLIENT), "review", *_arguments(environment, folder)]
    code, table = _run(command)
    sarif = folder / "report.sarif"
    _append(environment, "GITHUB_OUTPUT", f"exit-code={code}\n")
    if sarif.exists():
        _append(environment, "GITHUB_OUTPUT", f"sarif={sarif}\nrebuilt={folder / 'rebuilt'}\n")
    _append(environment, "GITHUB_STEP_SUMMARY", _as_markdown(code, table))
    return code


def _arguments(environment: Mapping[str, str], folder: Path) -> list[str]:
    options = {
        "--diff": environment.get("REVIEW_DIFF", ""),
        "--fail-on": environment.get("REVIEW_FAIL_ON", ""),
        "--jobs": environment.get("REVIEW_JOBS", ""),
    }
    given = [f"{name}={value}" for name, value in options.items() if value]
    logs = [f"--sarif={name}" for name in _lines(environment, "REVIEW_SARIF_LOGS")]
    paths = _lines(environment, "REVIEW_PATHS")
    return [*given, *logs, "--format=sarif", f"--output={folder}", "--", *paths]


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    """What an input names, one a line."""
    lines = (line.strip() for line in environment.get(name, "").splitlines())
    return [line for line in lines if line]


def _run(command: list[str]) -> tuple[int, str]:
    """Show what the client says as it comes; names in it must not be taken for commands."""
    resume = secrets.token_hex(16)
    _say(f"::stop-commands::{resume}\n")
    try:
        with subprocess.Popen(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        ) as running:
            assert running.stdout is not None  # noqa: S101 - it was asked for
            table = running.stdout.read()
        _say(table)
    finally:
        _say(f"\n::{resume}::\n")
    return running.returncode, table


def _as_markdown(code: int, table: str) -> str:
    """The table in a fence that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"`+", table)), default=0)
    fence = "`" * max(3, longest + 1)
    said = table or "Nothing was reviewed; the log says why.\n" * (code == COULD_NOT_RUN)
    return f"### Review at AI to Production\n\n{fence}text\n{said}{fence}\n"


def _append(environment: Mapping[str, str], name: str, text: str) -> None:
    with Path(environment[name]).open("a", encoding="utf-8") as file:
        file.write(text)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(os.environ))
