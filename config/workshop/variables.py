"""What the workshop itself reads: the process environment first, then .env, as the settings do."""

import os
from pathlib import Path

from .console import ROOT

MYSQL_SCHEMES = ("mysql://", "mariadb://", "tidb://")


def variable(name: str, default: str = "", root: Path = ROOT) -> str:
    """A variable's value from the environment or .env; an empty one counts as not set."""
    return os.environ.get(name) or dotenv(root).get(name) or default


def dotenv(root: Path = ROOT) -> dict[str, str]:
    """The NAME=value lines of .env without quotes; empty if there is no such file."""
    try:
        lines = (root / ".env").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines)
    return {
        name.strip(): value.strip().strip("'\"")
        for name, equals, value in pairs
        if equals and not name.startswith("#")
    }


def wants_mysql() -> bool:
    """Whether DATABASE_URL names a server of the MySQL family."""
    return variable("DATABASE_URL").lower().startswith(MYSQL_SCHEMES)
