"""Keeps the answers of a step that goes on asking, so that no attempt pays for one twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from django.db import IntegrityError, transaction

from operations.persistence import persistently
from pipeline import transitions
from pipeline.leases import Lease
from pipeline.models import Step, StepDraft
from pipeline.steps import StepOutput

Outcomes = list[Callable[[], None]]


class Drafts:
    """The drafts of one step under one lease, with those of earlier attempts first."""

    def __init__(
        self, lease: Lease, step: Step, earlier: Sequence[StepOutput], outcomes: Outcomes
    ) -> None:
        self._lease, self._step, self._outcomes = lease, step, outcomes
        self.outputs = list(earlier)

    def keep(self, output: StepOutput) -> None:
        """Store an answer, and with it what is known of its call. Raises LeaseLost."""
        draft = StepDraft(
            job_id=self._lease.job_id,
            step=self._step,
            position=len(self.outputs) + 1,
            engine=output.engine,
            content=output.content,
            attempt=self._lease.attempt,
            trace=output.trace,
            input_tokens=output.input_tokens,
            output_tokens=output.output_tokens,
            cost_microdollars=output.cost_microdollars,
        )
        persistently(_store, self._lease, draft, self._outcomes)
        self._outcomes.clear()
        self.outputs.append(output)

    def forget_with_result(self) -> None:
        """Have the drafts deleted in the transaction that keeps the step's result."""
        if self.outputs:
            self._outcomes.append(partial(_forget, self._lease.job_id, self._step))


def of_job(job_id: int) -> dict[Step, list[StepOutput]]:
    """What earlier attempts kept, by step, in order."""
    kept: dict[Step, list[StepOutput]] = defaultdict(list)
    for draft in StepDraft.objects.filter(job=job_id).order_by("position"):
        kept[Step(draft.step)].append(
            StepOutput(
                engine=draft.engine,
                content=draft.content,
                trace=draft.trace,
                input_tokens=draft.input_tokens,
                output_tokens=draft.output_tokens,
                cost_microdollars=draft.cost_microdollars,
            )
        )
    return kept


def _store(lease: Lease, draft: StepDraft, outcomes: Outcomes) -> None:
    """Doing it a second time changes nothing: the commit may not have been confirmed."""
    try:
        with transaction.atomic():
            transitions.hold(lease)  # locks the job: nobody else writes to it
            draft.save(force_insert=True)
            for write in outcomes:
                write()
    except IntegrityError:
        if not _is_stored(draft):
            raise


def _is_stored(draft: StepDraft) -> bool:
    same = StepDraft.objects.filter(
        job=draft.job_id, step=draft.step, position=draft.position, attempt=draft.attempt
    )
    return same.exists()


def _forget(job_id: int, step: Step) -> None:
    StepDraft.objects.filter(job=job_id, step=step).delete()
