"""Runs one job: claims its row, runs each step that has no result yet, stores what comes out.

The runner is the one owner of retries. It holds no database connection while a step runs, and it
waits for a database that is away rather than lose what a step gave. That a model answered is
written together with what came of the answer: a worker that dies before that leaves a call without
an outcome, never one that looks as if its answer had been kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from structlog.contextvars import bound_contextvars

from operations.persistence import persistently
from pipeline import drafts, transitions, usage
from pipeline.drafts import Drafts, Outcomes
from pipeline.growing import Growing
from pipeline.heartbeat import Heartbeat
from pipeline.leases import Failure, Lease, LeaseLost
from pipeline.models import BUILT_IN, Step, StepResult
from pipeline.retries import backoff, has_attempts_left
from pipeline.routing import StepRoute, routes
from pipeline.steps import Assignment, Material, StepFailed, StepOutput, run_step

logger = structlog.get_logger(__name__)


def run_job(job_id: int, heartbeat: Heartbeat, *, alone: bool = True) -> bool:
    """Run a job if it is due and nobody else has it; False if it was not ours to run.

    ``heartbeat`` must be beating meanwhile. ``alone`` says that this process runs no other job
    at the same time; only then it may have an isolated one.
    """
    lease = persistently(transitions.claim, job_id, heartbeat.owner, alone=alone)
    if lease is None:
        return False
    with heartbeat.holding(job_id), bound_contextvars(job=job_id, attempt=lease.attempt):
        _run_attempt(lease)
    return True


def _run_attempt(lease: Lease) -> None:
    """One attempt from claim to end; whatever a step raises ends in a state of the job."""
    outcomes: Outcomes = []  # of calls that answered, not written yet
    try:
        material = _material(lease)
        kept = {} if lease.is_first else persistently(drafts.of_job, lease.job_id)
        missing = [step for step in Step if step not in material.results]
        if not missing:
            persistently(transitions.succeed, lease)
        chosen = persistently(routes, lease.chosen)
        for step, next_step in zip(missing, [*missing[1:], None], strict=True):
            answers = Drafts(lease, step, kept.get(step, ()), outcomes)
            turn = _Turn(lease, step, chosen[step], material, answers, outcomes)
            material.results[step] = _run_and_store(turn, next_step)
    except LeaseLost:
        _note_loss(lease, outcomes)
    except StepFailed as failed:
        _settle(lease, failed, outcomes)
    except Exception as error:  # the last door: a bug must not leave a job running
        logger.exception("step_crashed")
        _settle(lease, _unexpected(error), outcomes)


@dataclass(frozen=True)
class _Turn:
    """One step of one attempt: what it is run with, and what is to be written after it."""

    lease: Lease
    step: Step
    route: StepRoute
    material: Material
    answers: Drafts
    outcomes: Outcomes


def _run_and_store(turn: _Turn, next_step: Step | None) -> dict[str, Any]:
    started = time.monotonic()
    output = _run(turn)
    turn.answers.forget_with_result()
    duration_ms = int((time.monotonic() - started) * 1000)
    result = StepResult(
        step=turn.step,
        engine=output.engine,
        content=output.content,
        duration_ms=duration_ms,
        prompt_id=None if output.engine == BUILT_IN else turn.route.prompt_id,
        trace=output.trace,
        input_tokens=output.input_tokens,
        output_tokens=output.output_tokens,
        cost_microdollars=output.cost_microdollars,
    )
    also = turn.outcomes
    persistently(transitions.store_result, turn.lease, result, next_step=next_step, also=also)
    also.clear()
    return output.content


def _run(turn: _Turn) -> StepOutput:
    """Run a step, under the lease and in the time that is left."""
    lease, growing = turn.lease, Growing(turn.lease, turn.step)

    def hold() -> None:
        transitions.hold(lease)
        growing.begin()

    assignment = Assignment(
        step=turn.step,
        route=turn.route,
        material=turn.material,
        job_id=lease.job_id,
        attempt=lease.attempt,
        deadline=time.monotonic() + _seconds_left(lease),
        hold=hold,
        outcomes=turn.outcomes,
        on_text=growing.add,
        drafts=turn.answers.outputs,
        keep=turn.answers.keep,
    )
    try:
        return run_step(assignment)
    finally:
        if growing.is_kept:
            turn.outcomes.append(growing.forget)


def _material(lease: Lease) -> Material:
    """The submission, and the results of earlier attempts; the first one of all has none."""
    submission = lease.submission
    return Material(
        code=submission.code,
        language=submission.language,
        filename=submission.filename,
        comments=submission.comments,
        plan=submission.plan,
        user_id=submission.user_id,
        imported=submission.imported,
        results={} if lease.is_first else persistently(_results_of, lease.job_id),
    )


def _results_of(job_id: int) -> dict[Step, dict[str, Any]]:
    stored = StepResult.objects.filter(job=job_id).values_list("step", "content")
    return {Step(step): content for step, content in stored}


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


def _settle(lease: Lease, failed: StepFailed, outcomes: Outcomes) -> None:
    """Write what a failed attempt means for the job: again later, failed, or dead."""
    logger.warning("step_failed", error_class=failed.error_class, detail=str(failed))
    try:
        persistently(_write_end, lease, failed, outcomes)
    except LeaseLost:
        _note_loss(lease, outcomes)


@transaction.atomic
def _write_end(lease: Lease, failed: StepFailed, outcomes: Outcomes) -> None:
    _write_all(outcomes)  # first, so that a dead letter tells of them
    failure = Failure(failed.error_class, failed.user_message, str(failed), failed.trace)
    if failed.code_at_fault:
        transitions.fail(lease, failure)
    elif failed.retryable and has_attempts_left(lease.attempt):
        transitions.retry_later(lease, failure, max(backoff(lease.attempt), failed.retry_after))
    else:
        transitions.give_up(lease, failure)


def _note_loss(lease: Lease, outcomes: Outcomes) -> None:
    """The job is not ours any more. What models answered and cost is true all the same."""
    logger.warning("lease_lost")
    persistently(_write_late, lease, outcomes)


@transaction.atomic
def _write_late(lease: Lease, outcomes: Outcomes) -> None:
    _write_all(outcomes)
    usage.count_late(lease.job_id)


def _write_all(outcomes: Outcomes) -> None:
    for write in outcomes:
        write()


def _unexpected(error: Exception) -> StepFailed:
    return StepFailed(
        "internal",
        f"{type(error).__name__}: {error}",
        user_message="Something went wrong on our side.",
        retryable=True,
    )
