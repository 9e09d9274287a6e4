"""Describes the machine and the versions on which a bench ran, for results that are kept."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.laboratory.programs import program
from config.workshop.console import ROOT

RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("Django", "celery", "openai", "granian", "gunicorn")
GIGABYTE = 1e9


def description() -> list[str]:
    """A line for each thing that a figure depends on."""
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return [
        f"When: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}",
        f"Machine: {os.cpu_count()} cores, {_cpu_model()}, {_memory():.0f} GB of memory, "
        f"{platform.system()} {platform.release()}",
        f"Load average when this was written (1, 5, 15 minutes): {load}",
        f"Python {platform.python_version()}, {_version('mariadbd')}, {_version('redis-server')}",
        ", ".join(filter(None, map(_package, PACKAGES))),
    ]


def save(name: str, lines: list[str]) -> Path:
    """Keep the lines under the machine's description; the file."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.txt"
    file.write_text("\n".join([*description(), *lines, ""]), encoding="utf-8")
    return file


def _commit() -> str:
    described = _output("git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12")
    return described or "unknown"


def _cpu_model() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIGABYTE


def _package(name: str) -> str:
    """Its name and version; nothing where it is not installed."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _version(name: str) -> str:
    """Such as `mariadbd 10.11.19`."""
    found = re.search(r"\d+\.\d+\.\d+", _output(program(name), "--version"))
    return f"{name} {found[0] if found else 'of unknown version'}"


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()
