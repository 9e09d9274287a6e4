"""Finds the secrets of texts in the sandbox: by themselves, or along with an examination.

A child of its own costs far more than the search. What an examination found of them on its way is
remembered, so that whoever asks next for the same texts need not look.
"""

from __future__ import annotations

from typing import Any

from pipeline.analysis import sandbox
from pipeline.analysis.remembered import Remembered
from pipeline.analysis.riders import Rider
from pipeline.analysis.secret_formats import may_hold

TASK = "secret-values"

# By the texts. Values are kept in memory only, beside code that holds them anyway.
_found = Remembered[tuple[str, ...], tuple[str, ...]]()


def secrets_in(texts: tuple[str, ...], deadline: float | None) -> tuple[str, ...]:
    """The secrets of these texts, the longest first. Raises SandboxError."""
    return _found.get(
        texts, lambda: _values(sandbox.run(TASK, {"texts": texts}, deadline=deadline))
    )


def are_suspect(texts: tuple[str, ...]) -> bool:
    """False only for texts that hold no secret; quick, whatever the texts."""
    return any(map(may_hold, texts))


def rider(texts: tuple[str, ...]) -> Rider | None:
    """What looks for them on the way of an examination, if there are any texts."""
    if not texts:
        return None
    return Rider(TASK, lambda answer: _found.keep(texts, _values(answer)), {"texts": texts})


def _values(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(answer["values"])
