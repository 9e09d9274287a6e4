"""What changes of a job's state are told in: a worker's right to it, why it went wrong, its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.models import NO_PLAN


class LeaseLost(Exception):
    """The job is no longer this worker's; nothing was written."""


@dataclass(frozen=True)
class Submitted:
    """What a worker needs of a submission; ``plan`` is that of its owner, ``user_id``."""

    code: str = field(repr=False)
    language: str
    filename: str
    comments: str = field(repr=False)
    submission_id: int
    user_id: int
    plan: str = NO_PLAN
    imported: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Lease:
    """A worker's right to write to one job during one attempt, and what the job is about.

    ``is_first`` says that nobody claimed the job before, so that it has no results yet; ``chosen``
    what its user chose to run steps with (pipeline.routing).
    """

    job_id: int
    owner: str
    token: int
    attempt: int
    ran_before_ms: int
    submission: Submitted
    is_first: bool
    chosen: dict[str, Any] | None = None
    claimed: float = field(default_factory=time.monotonic)

    def elapsed_ms(self) -> int:
        """Running time of this attempt so far."""
        return int((time.monotonic() - self.claimed) * 1000)


@dataclass(frozen=True)
class Failure:
    """Why a job did not go on. ``user_message`` is fit for the user, ``detail`` for operators.

    ``trace`` lists the routes that this attempt tried, in the form of StepResult.trace.
    """

    error_class: str
    user_message: str
    detail: str = ""
    trace: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Cancelled:
    """A job was cancelled; ``unit_returned`` says whether its user got the unit back for it."""

    unit_returned: bool
