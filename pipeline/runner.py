"""Runs one job: claims its row, runs each step that has no result yet, stores what comes out.

The runner is the one owner of retries. It holds no database connection while a step runs.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.conf import settings
from structlog.contextvars import bound_contextvars

from operations.database import in_database
from pipeline import transitions
from pipeline.heartbeat import Heartbeat
from pipeline.models import Job, Step, StepResult
from pipeline.retries import backoff, has_attempts_left
from pipeline.routing import StepRoute, route_of
from pipeline.steps import Assignment, Material, StepFailed, run_step
from pipeline.transitions import Failure, Lease, LeaseLost

logger = structlog.get_logger(__name__)


def run_job(job_id: int, heartbeat: Heartbeat, *, alone: bool = True) -> bool:
    """Run a job if it is due and nobody else has it; False if it was not ours to run.

    ``heartbeat`` must be beating meanwhile. ``alone`` says that this process runs no other job
    at the same time; only then it may have an isolated one.
    """
    lease = in_database(transitions.claim, job_id, heartbeat.owner, alone=alone)
    if lease is None:
        return False
    with heartbeat.holding(job_id), bound_contextvars(job=job_id, attempt=lease.attempt):
        _run_attempt(lease)
    return True


def _run_attempt(lease: Lease) -> None:
    """One attempt from claim to end; whatever a step raises ends in a state of the job."""
    try:
        material = in_database(_load_material, lease.job_id)
        for step in Step:
            if step not in material.results:
                material.results[step] = _run_and_store(lease, step, material)
        in_database(transitions.succeed, lease)
    except LeaseLost:
        logger.warning("lease_lost")
    except StepFailed as failed:
        _settle(lease, failed)
    except Exception as error:  # the last door: a bug must not leave a job running
        logger.exception("step_crashed")
        _settle(lease, _unexpected(error))


def _run_and_store(lease: Lease, step: Step, material: Material) -> dict[str, Any]:
    deadline = time.monotonic() + _seconds_left(lease)
    route = in_database(_begin_step, lease, step)
    started = time.monotonic()
    output = run_step(Assignment(step, route, material, lease.job_id, lease.attempt, deadline))
    duration_ms = int((time.monotonic() - started) * 1000)
    in_database(
        transitions.store_result,
        lease,
        StepResult(
            step=step,
            engine=output.engine,
            content=output.content,
            duration_ms=duration_ms,
            prompt_id=route.prompt_id,
            trace=output.trace,
            input_tokens=output.input_tokens,
            output_tokens=output.output_tokens,
            cost_microdollars=output.cost_microdollars,
        ),
    )
    return output.content


def _begin_step(lease: Lease, step: Step) -> StepRoute:
    transitions.begin_step(lease, step)
    return route_of(step)


def _load_material(job_id: int) -> Material:
    job = Job.objects.select_related("submission").get(id=job_id)
    submission = job.submission
    return Material(
        code=submission.code,
        language=submission.language,
        filename=submission.filename,
        comments=submission.comments,
        results={Step(result.step): result.content for result in job.results.all()},
    )


def _seconds_left(lease: Lease) -> float:
    """Running time that JOB_TIMEOUT_MS leaves, over all attempts. Raises StepFailed if none."""
    left = settings.JOB_TIMEOUT_MS - lease.ran_before_ms - lease.elapsed_ms()
    if left <= 0:
        raise StepFailed(
            "timeout",
            f"The job ran longer than {settings.JOB_TIMEOUT_MS} ms over {lease.attempt} attempts.",
            user_message="The job took longer than it may and was stopped.",
            retryable=False,
        )
    return left / 1000


def _settle(lease: Lease, failed: StepFailed) -> None:
    """Write what a failed attempt means for the job: again later, failed, or dead."""
    failure = Failure(failed.error_class, failed.user_message, str(failed))
    logger.warning("step_failed", error_class=failed.error_class, detail=str(failed))
    try:
        if failed.code_at_fault:
            in_database(transitions.fail, lease, failure)
        elif failed.retryable and has_attempts_left(lease.attempt):
            delay = max(backoff(lease.attempt), failed.retry_after)
            in_database(transitions.retry_later, lease, failure, delay)
        else:
            in_database(transitions.give_up, lease, failure)
    except LeaseLost:
        logger.warning("lease_lost")


def _unexpected(error: Exception) -> StepFailed:
    return StepFailed(
        "internal",
        f"{type(error).__name__}: {error}",
        user_message="Something went wrong on our side.",
        retryable=True,
    )
