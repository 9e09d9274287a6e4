"""Runs the checks of one text side by side in the sandbox; one that fails says so and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pipeline.analysis import sandbox
from pipeline.analysis.coverage import COVERAGE
from pipeline.analysis.errors import SandboxError, ServerLost
from pipeline.analysis.limits import Limits
from pipeline.analysis.riders import Rider
from pipeline.analysis.types import Check

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=8)  # on an idle machine the second one counts
TOGETHER = frozenset(
    {"text", "secrets", "syntax", "structure", "bandit", "ruff", "dataflow", "flags"}
)
SHORT = 64 * 1024  # characters of code whose checks share a child, as a fork costs more than each
SHORT_PYTHON = 128 * 1024  # of Python, whose checks share a tree as well
OUTLINE_LIMITS = Limits(wall_seconds=10.0, cpu_seconds=4)  # a nicety, and lexers can be baited


@dataclass
class Answers:
    """What came back: answers by task name, and a Check for each task in the order asked."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    lost: ServerLost | None = None

    def take(self, name: str, wait: Callable[[], dict[str, Any]]) -> None:
        """Wait for one answer, or note why there is none."""
        try:
            answer = wait()
        except ServerLost as error:
            self.lost = error
            self.checks.append(Check(name=name, ran=False, reason=str(error)))
        except SandboxError as error:
            self.checks.append(Check(name=name, ran=False, reason=str(error)))
        else:
            self.answers[name] = answer
            self.checks.append(Check(name=name, ran=True, reason=answer.get("note", "")))

    def ran(self, name: str) -> bool:
        """Whether the check gave an answer."""
        return name in self.answers


def run_checks(
    code: str, language: str, deadline: float | None, riders: Sequence[Rider] = ()
) -> Answers:
    """All checks for the language; code that is no tree is outlined from its tokens instead.

    ``riders`` go along where several checks share a child.
    Raises ServerLost where no check ran for want of a server: that is no result about the code.
    """
    coverage = COVERAGE[language]
    answers = _run(coverage.checks, code, language, deadline, riders)
    if coverage.tree and not answers.ran("structure"):
        outlined = _run(("outline",), code, language, deadline)
        answers.answers |= outlined.answers
        answers.checks += outlined.checks
    return answers


def sharing(names: tuple[str, ...], code: str, language: str) -> list[str]:
    """The checks that run in one child."""
    most = SHORT_PYTHON if language == "python" else SHORT
    return [name for name in names if name in TOGETHER and len(code) <= most]


def _run(
    names: tuple[str, ...],
    code: str,
    language: str,
    deadline: float | None,
    riders: Sequence[Rider] = (),
) -> Answers:
    payload = {"code": code, "language": language}
    shared = sharing(names, code, language)
    together = _submitted_together(shared, payload, deadline, riders) if shared else None
    alone = {name: _submitted(name, payload, deadline) for name in names if name not in shared}
    done = _all_or_none(together) if together else {}
    for rider in riders:
        if rider.task in done:
            rider.learn(done[rider.task])
    answers = Answers()
    for name in names:
        if name in done:
            answers.take(name, partial(done.__getitem__, name))
        else:
            answers.take(name, alone.get(name) or _submitted(name, payload, deadline))
    if answers.lost is not None and not answers.answers:
        raise answers.lost
    return answers


def _submitted_together(
    names: list[str], payload: dict[str, Any], deadline: float | None, riders: Sequence[Rider]
) -> Callable[[], dict[str, Any]]:
    for rider in riders:
        names, payload = [*names, rider.task], {**payload, **rider.payload}
    return _submitted("together", {**payload, "names": names}, deadline)


def _all_or_none(wait: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answers of tasks that share a child. If one of them broke it, each gets its own turn."""
    try:
        return wait()
    except SandboxError:
        return {}


def _submitted(
    name: str, payload: dict[str, Any], deadline: float | None
) -> Callable[[], dict[str, Any]]:
    """A function that waits for the answer, or raises what kept the task from starting."""
    limits = OUTLINE_LIMITS if name == "outline" else LIMITS
    try:
        return sandbox.submit(name, payload, limits, deadline).result
    except SandboxError as error:
        return _raiser(error)


def _raiser(error: SandboxError) -> Callable[[], dict[str, Any]]:
    def wait() -> dict[str, Any]:
        raise error

    return wait
