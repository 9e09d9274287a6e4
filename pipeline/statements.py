"""The statements that every job needs, compiled once (operations.prepared); used by transitions."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from operations.clock import Now, now_plus
from operations.prepared import Insert, Select, Update, binder
from pipeline.models import Job, JobState, Step, StepResult
from pipeline.retries import LEASE

NO_LEASE: dict[str, Any] = {
    "lease_owner": "",
    "lease_token": F("lease_token") + 1,
    "lease_expires_at": None,
    "claimed_at": None,
}
FIRST_STEP = next(iter(Step))
FEW, MANY = 20, 300  # jobs that are looked up together


_of_job, _of_result = binder(Job), binder(StepResult)


def _due(most: int) -> Select:
    """Bound to ``isolated``: jobs whose time has come, the longest waiting first."""
    due = Job.objects.filter(
        state=JobState.QUEUED, isolated=_of_job("isolated"), available_at__lte=Now()
    )
    return Select(due.order_by("available_at", "id")[:most], "id")


DUE_FEW, DUE_MANY = _due(FEW), _due(MANY)

# Bound to ``id`` and ``isolated``: whether an isolated job may be taken.
CLAIM = Update(
    Job.objects.filter(
        id=_of_job("id"),
        state=JobState.QUEUED,
        available_at__lte=Now(),
        isolated__lte=_of_job("isolated"),
    ),
    state=JobState.RUNNING,
    attempts=F("attempts") + 1,
    lease_owner=_of_job("lease_owner"),
    lease_token=F("lease_token") + 1,
    lease_expires_at=now_plus(LEASE),
    claimed_at=Now(),
    started_at=Coalesce("started_at", Now()),
    current_step=Case(When(current_step="", then=Value(FIRST_STEP)), default=F("current_step")),
    step_started_at=Now(),
)
CLAIMED = Select(
    Job.objects.filter(id=_of_job("id")).order_by(),
    "attempts",
    "lease_token",
    "running_ms",
    "started_at",
    "claimed_at",
    "chosen",
    "submission_id",
    "submission__user_id",
    "submission__code",
    "submission__language",
    "submission__filename",
    "submission__comments",
    "submission__imported",
    "submission__user__membership__plan__name",
)

# Bound to ``id`` and ``lease_token``: a row that is still this worker's.
HELD = Job.objects.filter(
    id=_of_job("id"), state=JobState.RUNNING, lease_token=_of_job("lease_token")
)
HOLD = Update(HELD, lease_expires_at=now_plus(LEASE))
BEGIN_STEP = Update(
    HELD,
    current_step=_of_job("current_step"),
    step_started_at=Now(),
    lease_expires_at=now_plus(LEASE),
)
# The same after the first step, with what lists show of its dossier (pipeline.severities).
BEGIN_STEP_AFTER_DOSSIER = Update(
    HELD,
    current_step=_of_job("current_step"),
    step_started_at=Now(),
    lease_expires_at=now_plus(LEASE),
    tally=_of_job("tally"),
    worst_severity=_of_job("worst_severity"),
)
SUCCEED = Update(
    HELD,
    state=JobState.SUCCEEDED,
    finished_at=Now(),
    running_ms=F("running_ms") + _of_job("running_ms"),
    error_class="",
    user_message="",
    current_step="",
    **NO_LEASE,
)

STORE_RESULT = Insert(
    StepResult(
        job_id=_of_result("job"),
        step=_of_result("step"),
        engine=_of_result("engine"),
        content=_of_result("content"),
        attempt=_of_result("attempt"),
        duration_ms=_of_result("duration_ms"),
        prompt_id=_of_result("prompt"),
        trace=_of_result("trace"),
        input_tokens=_of_result("input_tokens"),
        output_tokens=_of_result("output_tokens"),
        cost_microdollars=_of_result("cost_microdollars"),
        created_at=Now(),
    )
)
