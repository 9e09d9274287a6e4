"""What a page says about a job on its way: the state of each step and one sentence for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from pipeline.growing import growing_answer
from pipeline.models import GrowingAnswer, Job, JobState, Step, StepResult

WORDS = {
    "waiting": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "not-run": "Not run",
}
_AFTER_THE_END = {
    JobState.FAILED: "failed",
    JobState.DEAD: "failed",
    JobState.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class StepBox:
    """One step's box. ``milliseconds`` and ``made`` are set when it is done, ``seconds`` while it
    runs."""

    number: int
    label: str
    state: str
    seconds: int | None = None
    milliseconds: int | None = None
    made: StepResult | None = None

    @property
    def word(self) -> str:
        return WORDS[self.state]


@dataclass(frozen=True)
class Progress:
    """``seen`` changes whenever the boxes or the sentence do; it means nothing else."""

    boxes: tuple[StepBox, ...]
    sentence: str
    seconds: int
    attempt: int
    attempts_allowed: int
    ended: bool
    has_results: bool
    growing: GrowingAnswer | None
    seen: str
    short: str


def progress_of(job: Job | None, results: Mapping[str, StepResult]) -> Progress:
    """How far the job has come, from its row and its stored results."""
    boxes = _boxes(job, results)
    attempts = job.attempts if job else 0
    state = job.state if job else "none"
    ended = job is None or job.has_ended
    growing = growing_answer(job) if job else None
    grown = growing.characters if growing else 0
    running = next((box.number for box in boxes if box.state == "running"), 0)
    return Progress(
        boxes=boxes,
        sentence=_sentence(job, boxes),
        seconds=_seconds_since((job.started_at or job.created_at) if job else None),
        attempt=attempts,
        attempts_allowed=settings.JOB_MAX_RETRIES,
        ended=ended,
        has_results=bool(results),
        growing=growing,
        short=_short(job, boxes),
        seen=f"{state}-{attempts}-{running}-{len(results)}-{grown}",
    )


def _boxes(job: Job | None, results: Mapping[str, StepResult]) -> tuple[StepBox, ...]:
    boxes: list[StepBox] = []
    for step in Step:
        if step in results:
            made = results[step]
            boxes.append(StepBox(step.position, step.label, "done", None, made.duration_ms, made))
            continue
        first_missing = all(box.state == "done" for box in boxes)
        boxes.append(_missing_box(job, step) if first_missing else _later_box(job, step))
    return tuple(boxes)


def _later_box(job: Job | None, step: Step) -> StepBox:
    """A step whose turn has not come, or will never come."""
    state = "not-run" if job is not None and job.has_ended else "waiting"
    return StepBox(step.position, step.label, state)


def _missing_box(job: Job | None, step: Step) -> StepBox:
    """The first step without a result: the one that runs, or where the job ended."""
    if job is None:
        return _later_box(job, step)
    if job.state == JobState.RUNNING:
        since = job.step_started_at if job.current_step == step else None
        return StepBox(step.position, step.label, "running", seconds=_seconds_since(since))
    return StepBox(step.position, step.label, _AFTER_THE_END.get(JobState(job.state), "waiting"))


def _seconds_since(moment: datetime | None) -> int:
    """Whole seconds, never negative: the database's clock and ours may differ a little."""
    return 0 if moment is None else max(0, int((timezone.now() - moment).total_seconds()))


def _short(job: Job | None, boxes: tuple[StepBox, ...]) -> str:
    """The state in one or two words, for the page's title."""
    if job is None:
        return "Not run"
    if job.state == JobState.RUNNING:
        return f"{next((box.number for box in boxes if box.state == 'running'), 1)} of {len(boxes)}"
    return {
        JobState.QUEUED: "Queued",
        JobState.SUCCEEDED: "Done",
        JobState.CANCELLED: "Cancelled",
    }.get(JobState(job.state), "Failed")


def _sentence(job: Job | None, boxes: tuple[StepBox, ...]) -> str:
    if job is None:
        return "This submission has not been run."
    if job.state == JobState.RUNNING:
        box = next((box for box in boxes if box.state == "running"), boxes[-1])
        return f"Step {box.number} of {len(boxes)} is running: {box.label}."
    if job.state == JobState.QUEUED and job.attempts:
        return "The last attempt did not finish. The next one starts soon."
    return {
        JobState.QUEUED: "In the queue. It starts as soon as a worker is free.",
        JobState.SUCCEEDED: "All steps are done.",
        JobState.CANCELLED: "This run was cancelled.",
    }.get(JobState(job.state), "This run ended without a full result.")
