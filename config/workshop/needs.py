"""Which tests this machine can run: the servers and the browser that some of them need."""

import os
import shutil

from .variables import variable, wants_mysql

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser for the page tests: CHROMIUM, or the first one on PATH; None without one.

    An empty CHROMIUM means none, whatever is installed.
    """
    named = os.environ.get("CHROMIUM")
    if named is not None:
        return named or None
    found = (shutil.which(name) for name in BROWSERS)
    return next((path for path in found if path), None)


def missing() -> dict[str, str]:
    """The test markers that cannot run here, each with the reason."""
    gaps = {}
    if not wants_mysql():
        gaps["mysql"] = "DATABASE_URL names no MySQL or MariaDB"
    if not variable("REDIS_URL"):
        gaps["redis"] = "REDIS_URL is not set"
    if chromium() is None:
        gaps["browser"] = "no Chromium here; CHROMIUM may name one"
    return gaps
