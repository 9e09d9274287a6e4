"""Starts the pretend vendor as a process of its own, for tests of any app."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from django.conf import settings


@dataclass(frozen=True)
class FakeVendor:
    """A running pretend vendor. ``host`` is host:port, as PROVIDER_ALLOWED_HOSTS wants it."""

    host: str

    @property
    def base_url(self) -> str:
        return f"http://{self.host}/v1"

    def calls(self) -> list[dict[str, Any]]:
        """All calls since its start, oldest first."""
        calls: list[dict[str, Any]] = httpx2.get(f"http://{self.host}/_calls").json()["calls"]
        return calls

    def calls_with(self, call_id: object) -> list[dict[str, Any]]:
        return [call for call in self.calls() if call["call_id"] == str(call_id)]


@contextmanager
def running_fake_vendor(*arguments: str) -> Iterator[FakeVendor]:
    """``manage.py fake_provider`` with these arguments on a free port, until the block ends."""
    command = [sys.executable, "manage.py", "fake_provider", "--port", "0", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield FakeVendor(_host_in(process))
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _host_in(process: subprocess.Popen[str]) -> str:
    """Wait for the line that tells the address, which is written once the port is open."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://([0-9.:]+)/v1", line)
    assert found, f"The pretend vendor did not start: {line} {process.communicate()[1]}"
    return found[1]
