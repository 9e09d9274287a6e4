"""Shown code with its words marked, or plain when that cannot be had quickly and safely.

The code is hostile, so the sandbox reads it, under limits and for a short time. What it says of
the text (runs of kinds and lengths, no code) is cached where there is a cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from threading import BoundedSemaphore
from time import monotonic
from typing import cast

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from operations import cache
from pipeline.analysis import sandbox
from pipeline.analysis.errors import SandboxError
from pipeline.analysis.limits import MEGABYTE, Limits

LIMITS = Limits(wall_seconds=2.0, cpu_seconds=2, memory_bytes=512 * MEGABYTE)
PATIENCE_SECONDS = 3.0  # the first view of a process also waits for the sandbox to start
AT_ONCE = 2  # web threads that may wait for the sandbox; the others show plain text

Run = tuple[str, int]
_places = BoundedSemaphore(AT_ONCE)


def marked(text: str, language: str) -> SafeString:
    """The escaped text as HTML, each run that has a kind in a span of the class ``w-KIND``."""
    runs = _runs(text, language)
    if sum(length for _, length in runs) != len(text):
        return escape(text)
    return format_html_join("", "{}", ((part,) for part in _parts(text, runs)))


def _parts(text: str, runs: list[Run]) -> Iterator[SafeString]:
    start = 0
    for kind, length in runs:
        part = escape(text[start : start + length])
        yield format_html('<span class="w-{}">{}</span>', kind, part) if kind else part
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
