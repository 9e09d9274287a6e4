"""How the workshop talks: plain lines, and one line for whatever stops it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class StopError(Exception):
    """Ends the command with one line that says what to do; the exit code is 2."""


def say(text: str) -> None:
    """Write one line at once, so that it stands before what a child process prints."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"dev: {text}\n")
    sys.stderr.flush()
