"""Shown code with its words marked, or plain when that cannot be had quickly and safely.

The code is hostile, so the sandbox reads it, under limits and for a short time. What it says of
the text (runs of kinds and lengths, no code) is cached where there is a cache; the HTML made of
that is kept in this process.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from hashlib import sha256
from threading import BoundedSemaphore
from time import monotonic
from typing import cast

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from operations import cache
from pipeline.analysis import sandbox
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.limits import MEGABYTE, Limits
from pipeline.views.kept import kept

LIMITS = Limits(wall_seconds=2.0, cpu_seconds=2, memory_bytes=512 * MEGABYTE)
PATIENCE_SECONDS = 3.0  # the first view of a process also waits for the sandbox to start
AT_ONCE = 2  # web threads that may wait for the sandbox; the others show plain text

Run = tuple[str, int]
_places = BoundedSemaphore(AT_ONCE)


def marked(text: str, language: str) -> SafeString:
    """The escaped text as HTML, each run that has a kind in a span of the class ``w-KIND``."""
    return kept.get(("words", language, text), lambda: _marked(text, language)) or escape(text)


def _marked(text: str, language: str) -> SafeString:
    """Empty where the sandbox does not say it."""
    runs = _runs(text, language)
    if sum(length for _, length in runs) != len(text):
        return SafeString("")
    return mark_safe("".join(_parts(text, runs)))  # noqa: S308 - each part is escaped


def _parts(text: str, runs: list[Run]) -> Iterator[str]:
    """Put together without Django's formatting, which would cost more than the marking."""
    start = 0
    for kind, length in runs:
        part = html.escape(text[start : start + length])
        yield f'<span class="w-{html.escape(kind)}">{part}</span>' if kind else part
        start += length


def _runs(text: str, language: str) -> list[Run]:
    """What the sandbox says of the text; nothing if it does not say it in time."""
    if not _places.acquire(blocking=False):
        return []
    try:
        digest = sha256(f"{language}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()
        return cache.cached(f"highlight-{digest}", lambda: _ask(text, language))
    finally:
        _places.release()


def _ask(text: str, language: str) -> list[Run]:
    """An empty answer is one too: what failed once would fail again, and take as long."""
    try:
        answer = sandbox.run(
            "highlight",
            {"text": text, "language": language},
            LIMITS,
            monotonic() + PATIENCE_SECONDS,
        )
    except SandboxError:
        return []
    return cast(list[Run], answer["runs"])
