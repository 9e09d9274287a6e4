"""Has a model rebuild a file: goes back to it with what failed, and takes the best answer.

An answer is kept as a draft before the model is asked again, so that no attempt at the job pays for
it a second time. Which one wins follows from the ledger alone (pipeline.steps.candidates).
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property

from operations import runtime_config
from operations.database import in_database
from pipeline.analysis.types import Rebuild
from pipeline.parameters import REPAIR_CANDIDATES, REPAIR_MAX_ROUNDS
from pipeline.prompts.questions import rebuilder_question
from pipeline.steps import model_rebuild
from pipeline.steps.assignment import Assignment, StepFailed, StepOutput
from pipeline.steps.candidates import Candidate, best_of, measured, result_of
from pipeline.steps.disguise import Disguise, disguise_for
from pipeline.steps.model_call import ModelAnswer, ask
from pipeline.steps.outputs import together

TIME_FOR_MORE = 2  # times what the slowest round took: the verdict needs some of what is left


def rebuilt(assignment: Assignment) -> StepOutput:
    """The best of the model's answers. Raises StepFailed if there is none."""
    rounds = Rounds(assignment)
    for draft in assignment.drafts:
        rounds.add(draft)
    while rounds.go_on():
        rounds.ask()
    return rounds.output()


class Rounds:
    """The answers of one step so far, and whether it is worth asking for another."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._disguise = disguise_for(assignment)
        self._candidates: list[Candidate] = []
        self._slowest = 0.0
        self._useless: list[StepOutput] = []  # paid for, and nothing to be taken from
        self._given_up: StepFailed | None = None

    def add(self, output: StepOutput) -> None:
        """Take in an answer that was kept before. Raises StepFailed."""
        self._candidates.append(measured(self._assignment, output))

    def go_on(self) -> bool:
        """Whether the next answer may be better, and there is time for it."""
        if not self._candidates:
            return True
        if self._given_up or self._candidates[-1].is_flawless:
            return False
        if self._assignment.seconds_left < TIME_FOR_MORE * self._slowest:
            return False
        return len(self._candidates) < self._most and not self._is_stuck()

    def ask(self) -> None:
        """Have the model answer once more. Raises StepFailed for a first answer only."""
        started = time.monotonic()
        self._keep_last()
        try:
            self.add(self._answer())
        except StepFailed as failed:
            if not self._candidates:
                raise
            self._given_up = failed  # the answers until now were paid for, and stand
        self._slowest = max(self._slowest, time.monotonic() - started)

    def _keep_last(self) -> None:
        """Store the last answer, unless an earlier attempt has."""
        if len(self._candidates) > len(self._assignment.drafts):
            self._assignment.keep(self._candidates[-1].output)

    def output(self) -> StepOutput:
        """The step's output, with what all its calls took."""
        result = result_of(self._candidates, self._assignment.material.code)
        outputs = [candidate.output for candidate in self._candidates]
        output = together([*outputs, *self._useless], result)
        failed = None if self._useless else self._given_up
        return replace(output, trace=[*output.trace, *failed.trace]) if failed else output

    def _answer(self) -> StepOutput:
        material, disguise = self._assignment.material, self._disguise
        code = disguise.hide(material.code)
        question = rebuilder_question(
            code=code,
            language=material.language,
            filename=disguise.hide(material.filename),
            comments=disguise.hide(material.comments),
            findings=material.dossier.findings,
            refused=self._refused(),
        )
        answer = ask(self._assignment, question)
        try:
            rebuild = _revealed(_rebuild_in(answer, code), disguise)
            return answer.output(rebuild.model_dump(mode="json"))
        except StepFailed:
            self._useless.append(answer.output({}))
            raise

    def _refused(self) -> tuple[str, tuple[str, ...]] | None:
        """The best answer and what it failed, once there are as many as are asked for at first."""
        if not self._candidates or len(self._candidates) < self._at_first:
            return None
        best, hide = best_of(self._candidates), self._disguise.hide
        return hide(best.rebuild.code), tuple(hide(failure) for failure in best.failures)

    def _is_stuck(self) -> bool:
        """Whether the last answer was told what failed before, and is no better."""
        *before, last = self._candidates
        return len(before) >= self._at_first and last.rank <= best_of(before).rank

    @cached_property
    def _at_first(self) -> int:
        return in_database(runtime_config.number, REPAIR_CANDIDATES.name)

    @cached_property
    def _most(self) -> int:
        return self._at_first + in_database(runtime_config.number, REPAIR_MAX_ROUNDS.name)


def _rebuild_in(answer: ModelAnswer, code: str) -> Rebuild:
    with answer.read():
        if answer.was_cut_off:
            raise _cut_off(answer)
        return model_rebuild.rebuild_from(answer.text, code)


def _revealed(rebuild: Rebuild, disguise: Disguise) -> Rebuild:
    """The rebuilt file with the user's own secrets in it, and a word about those that are gone."""
    missing = disguise.missing(rebuild.code)
    said = f"{missing} of {len(disguise)} secrets no longer stand in the rebuilt code."
    note = " ".join(part for part in (rebuild.note, said if missing else "") if part)
    return rebuild.model_copy(update={"code": disguise.restore(rebuild.code), "note": note})


def _cut_off(answer: ModelAnswer) -> StepFailed:
    return StepFailed(
        "cut-off-answer",
        f"{answer.engine} stopped in the middle of the rebuilt code (max tokens)",
        user_message="The language model's answer was cut off before the code was complete.",
        retryable=False,
    )
