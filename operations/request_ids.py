"""The id of a request, which its answer, its log lines and its audit entries have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from structlog.contextvars import bound_contextvars

HEADER = "X-Request-ID"
MOST_CHARACTERS = 64
# What the caller or a proxy chose goes into log lines and audit entries, and so must look like one.
WELL_FORMED = re.compile(rf"[A-Za-z0-9._-]{{8,{MOST_CHARACTERS}}}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """The id of the request that is being answered; None outside of one."""
    return _current.get()


@contextmanager
def answering(wished: str) -> Iterator[str]:
    """Answer a request under the id that was wished for, or a new one if that is none."""
    request_id = wished if WELL_FORMED.fullmatch(wished) else str(uuid4())
    before = _current.set(request_id)
    try:
        with bound_contextvars(request_id=request_id):
            yield request_id
    finally:
        _current.reset(before)
