"""`./dev test`: the test suite, and at its end what it had to leave out here."""

import os
import subprocess
from collections.abc import Sequence

from . import environment
from .console import ROOT, say
from .needs import missing

MOST_WORKERS = 4


def test(arguments: Sequence[str]) -> int:
    """Run pytest with the given arguments; returns its exit code."""
    environment.ensure(environment.test_files())
    code = subprocess.run(pytest_command(arguments), cwd=ROOT, check=False).returncode  # noqa: S603
    for name, reason in missing().items():
        say(f"Left out: the {name} tests ({reason}).")
    return code


def pytest_command(arguments: Sequence[str]) -> list[str]:
    """pytest, in parallel unless the arguments say otherwise."""
    python = str(environment.python())
    return [python, "-m", "pytest", *_parallel(arguments), *arguments]


def _parallel(arguments: Sequence[str]) -> list[str]:
    """As many processes as cores; none for a debugger, a single file or an explicit choice.

    Whoever is done takes over what others have before them: some files take minutes.
    """
    chosen = ("-n", "--numprocesses", "--pdb", "-s", "--collect-only", "--co")
    if any(word == name or word.startswith(f"{name}=") for word in arguments for name in chosen):
        return []
    if any(".py" in word for word in arguments):
        return []
    cores = min(os.cpu_count() or 1, MOST_WORKERS)
    return ["-n", str(cores), "--dist", "worksteal"] if cores > 1 else []
