"""Judges right and wrong fixes of our corpus by what the product itself measures of them.

No wrong one may be HIGH and few may be MEDIUM, and few right ones may be called LOW, if they are of
a language that is fully analysed.
Each wrong fix is of a kind that passes for a repair at a glance. What passes every check all the
same is named, since that is what MEDIUM does not promise.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from benchmarks.laboratory import verdict
from config.workshop.console import say
from pipeline.analysis import engine
from pipeline.analysis.corpus import KINDS, Case, Fix, cases
from pipeline.analysis.coverage import BY_NAME_ONLY, COVERAGE
from pipeline.analysis.types import Confidence

MOST_WRONG_MEDIUM, LEAST_RIGHT_MEDIUM = 0.15, 0.95


@dataclass(frozen=True)
class Judged:
    """A fix with the confidence that it got."""

    case: Case
    fix: Fix
    confidence: Confidence

    @property
    def is_fully_analysed(self) -> bool:
        scanners = COVERAGE[self.case.language].scanners
        return bool(scanners) and BY_NAME_ONLY.isdisjoint(scanners)

    @property
    def named(self) -> str:
        return f"{self.case.language}/{self.case.name}/{self.fix.name}"


def main() -> int:
    """Run the drill; 0 when the promise held."""
    judged = [_judged(case, fix) for case in cases() for fix in case.fixes]
    wrong = [each for each in judged if not each.fix.is_right]
    right = [each for each in judged if each.fix.is_right and each.is_fully_analysed]
    _show(wrong)
    high = [each for each in wrong if each.confidence is Confidence.HIGH]
    medium = [each for each in wrong if each.confidence is Confidence.MEDIUM]
    low = [each for each in right if each.confidence is Confidence.LOW]
    say(
        f"Right fixes, fully analysed languages: {len(right) - len(low)} of {len(right)} are MEDIUM"
    )
    say("or better. Called LOW: " + (", ".join(each.named for each in low) or "none") + ".")
    say("Wrong fixes called MEDIUM: " + (", ".join(each.named for each in medium) or "none") + ".")
    end = verdict.Verdict("no wrong fix was called certain, few passed, and right ones did.")
    end.check("wrong fixes called HIGH: 0", not high, len(high))
    end.check(
        "wrong fixes called MEDIUM: at most 15%",
        _share(medium, wrong) <= MOST_WRONG_MEDIUM,
        f"{len(medium)} of {len(wrong)}",
    )
    end.check(
        "right fixes called MEDIUM or better: at least 95%",
        1 - _share(low, right) >= LEAST_RIGHT_MEDIUM,
        f"{len(right) - len(low)} of {len(right)}",
    )
    return end.give()


def _judged(case: Case, fix: Fix) -> Judged:
    return Judged(case, fix, engine.quality(case.bad, fix.code, case.language).confidence)


def _share(part: list[Judged], whole: list[Judged]) -> float:
    return len(part) / len(whole) if whole else 1.0


def _show(wrong: list[Judged]) -> None:
    """How many of each kind got which confidence."""
    say(f"{'kind of wrong fix':22} LOW MEDIUM HIGH")
    for kind in KINDS:
        got = Counter(each.confidence for each in wrong if each.fix.kind == kind)
        counts = got[Confidence.LOW], got[Confidence.MEDIUM], got[Confidence.HIGH]
        say("{:22} {:3} {:6} {:4}".format(kind, *counts))


if __name__ == "__main__":
    verdict.run(main)
