"""Rebuilt versions of a file as the ledger sees them, and which of them is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.analysis.types import Confidence, Outcome, Rebuild, Round, Verdict, VerdictCheck
from pipeline.steps import built_in
from pipeline.steps.assignment import Assignment, StepOutput

NOTHING_DONE = "changed"  # the row that fails where the code came back as it was
SURE = {Confidence.LOW: 0, Confidence.MEDIUM: 1, Confidence.HIGH: 2}
Rank = tuple[bool, int, int, int]


@dataclass(frozen=True)
class Candidate:
    """One answer of a model: what it rebuilt, and the verdict that would stand on it.

    ``failed`` are the checks that it is to be held to.
    """

    output: StepOutput
    rebuild: Rebuild
    verdict: Verdict
    failed: tuple[VerdictCheck, ...]

    @property
    def is_flawless(self) -> bool:
        return not self.failed

    @property
    def rank(self) -> Rank:
        """The higher is the better one: no harm, then confidence, failed checks, what is left."""
        left = len(self.verdict.remaining)
        return not self.verdict.worse, SURE[self.verdict.confidence], -len(self.failed), -left

    @property
    def failures(self) -> tuple[str, ...]:
        return tuple(f"{check.name}: {check.detail}" for check in self.failed)


def measured(assignment: Assignment, output: StepOutput) -> Candidate:
    """An answer with the verdict on it. Raises StepFailed."""
    rebuild = Rebuild.model_validate(output.content)
    verdict = built_in.verdict_on(assignment, rebuild)
    found = bool(assignment.material.dossier.findings)
    failed = tuple(
        check
        for check in verdict.checks
        if check.outcome is Outcome.FAILED and (found or check.id != NOTHING_DONE)
    )
    return Candidate(output, rebuild, verdict, failed)


def best_of(candidates: Sequence[Candidate]) -> Candidate:
    """The one of the highest rank; the earliest of equals."""
    return max(candidates, key=lambda candidate: candidate.rank)


def result_of(candidates: Sequence[Candidate], original: str) -> Rebuild:
    """The best answer with an account of all; the original where even that is worse."""
    best = best_of(candidates)
    rounds = tuple(_round(candidate, kept=candidate is best) for candidate in candidates)
    if not best.verdict.worse:
        return best.rebuild.model_copy(update={"rounds": rounds})
    note = (
        "The model's code is worse than the original, which therefore is the answer: "
        f"{best.verdict.worse}."
    )
    return Rebuild(
        code=original,
        changes=(),
        refusals=(),
        note=note,
        rounds=tuple(each.model_copy(update={"kept": False}) for each in rounds),
        rejected=best.rebuild.code,
    )


def _round(candidate: Candidate, *, kept: bool) -> Round:
    return Round(
        engine=candidate.output.engine,
        confidence=candidate.verdict.confidence,
        failed=candidate.failures,
        kept=kept,
    )
