"""Leaves a Redis that does not answer in peace for a few seconds.

Each try costs half a second when Redis hangs, and one request asks it several times. After a
failure nobody of this process asks again for SILENCE_SECONDS, save for what must not be left out.
"""

from __future__ import annotations

import time

SILENCE_SECONDS = 5.0
_until = 0.0


def is_silent() -> bool:
    """Whether Redis failed this process a moment ago."""
    return time.monotonic() < _until


def fall_silent() -> None:
    """Redis did not answer."""
    global _until
    _until = time.monotonic() + SILENCE_SECONDS


def speak() -> None:
    """Ask Redis again from now on."""
    global _until
    _until = 0.0
