"""The trace tab: every route that was tried for each step, over all attempts, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.models import BUILT_IN, Job, Step, StepResult
from pipeline.views.stored import Results
from providers import calls
from providers.errors import FREE, in_words

NOT_KNOWN = "No outcome is known: its worker stopped. It may have been paid for."
IN_PROGRESS = "Waiting for its answer."


@dataclass(frozen=True)
class Attempted:
    """One route that was tried. ``latency_ms`` and ``cost`` are None where they are not known.

    ``may_cost`` is False for what providers charge nothing for, as far as errors tell.
    """

    attempt: int
    engine: str
    ok: bool
    outcome: str
    was_sent: bool
    may_cost: bool
    latency_ms: int | None
    cost: int | None


@dataclass(frozen=True)
class StepTrace:
    """What was tried for one step, in order. Nothing, where the built-in engine alone ran it."""

    step: Step
    result: StepResult | None
    attempted: tuple[Attempted, ...]


def trace_of(job: Job, results: Results) -> list[StepTrace]:
    """The trace of every step that began."""
    made = calls.trace_of(job.pk)
    traces = [_of_step(step, job, results.get(step), made) for step in Step]
    return [trace for trace in traces if trace.result or trace.attempted]


def _of_step(
    step: Step, job: Job, result: StepResult | None, made: Iterable[dict[str, Any]]
) -> StepTrace:
    """Calls of attempts that failed have rows; the attempt that succeeded tells of all it tried."""
    earlier = [
        call
        for call in made
        if call["step"] == step and (result is None or call["attempt"] < result.attempt)
    ]
    last = [{**tried, "attempt": result.attempt} for tried in result.trace] if result else []
    return StepTrace(step, result, tuple(_attempted(each, job) for each in [*earlier, *last]))


def _attempted(tried: dict[str, Any], job: Job) -> Attempted:
    model = tried["model"]
    is_open = tried.get("state") == "intent"
    return Attempted(
        attempt=tried["attempt"],
        engine=f"{tried['provider']}: {model}" if model else tried["provider"],
        ok=not tried["error"] and not is_open,
        outcome=_outcome(tried, is_open and not job.has_ended, is_open),
        was_sent=bool(tried["call_id"]) or tried["provider"] == BUILT_IN,
        may_cost=bool(tried["call_id"]) and tried["error"] not in FREE,
        latency_ms=tried["latency_ms"],
        cost=tried["cost_microdollars"],
    )


def _outcome(tried: dict[str, Any], waiting: bool, is_open: bool) -> str:
    if waiting:
        return IN_PROGRESS
    if is_open:
        return NOT_KNOWN
    if tried["error"]:
        return in_words(tried["error"])
    return "Stood in." if tried["provider"] == BUILT_IN else "Answered."
