"""A sandbox task that behaves badly on request, to prove that the limits hold.

It reads numbers only and never looks at submitted code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pipeline.analysis.errors import TaskRefused


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Do what ``payload["do"]`` says and report about the process that did it."""
    behaviours = {
        "report": _report,
        "spin": _spin,
        "sleep": _sleep,
        "allocate": _allocate,
        "talk": _talk,
        "die": _die,
        "refuse": _refuse,
        "litter": _litter,
        "spawn": _spawn,
    }
    return behaviours[payload["do"]](payload)


def _report(payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "server": os.getppid(),
        "environment": sorted(os.environ),
        "descriptors": len(list(Path("/dev/fd").iterdir())),
        "niceness": os.nice(0),
        "directory": str(Path.cwd()),
        "echo": payload.get("echo"),
    }


def _spin(payload: dict[str, Any]) -> dict[str, Any]:
    while True:
        pass


def _sleep(payload: dict[str, Any]) -> dict[str, Any]:
    started = time.monotonic()
    time.sleep(payload["seconds"])
    return {"started": started, "ended": time.monotonic()}


def _allocate(payload: dict[str, Any]) -> dict[str, Any]:
    return {"bytes": len(bytearray(payload["bytes"]))}


def _talk(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": "x" * payload["bytes"]}


def _die(payload: dict[str, Any]) -> dict[str, Any]:
    os.kill(os.getpid(), payload["signal"])
    return {}


def _refuse(payload: dict[str, Any]) -> dict[str, Any]:
    raise TaskRefused(payload["message"])


def _litter(payload: dict[str, Any]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"x" * payload["bytes"])
    time.sleep(payload.get("seconds", 0))
    return {"path": file.name}


def _spawn(payload: dict[str, Any]) -> dict[str, Any]:
    """Start a grandchild that would outlive everybody, then wait for it."""
    command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(3600)"]
    process = subprocess.Popen(command)  # noqa: S603 - a constant command
    Path("grandchild").write_text(str(process.pid))
    process.wait()
    return {}
