"""What one analysis remembers while it walks through a file, and what it may spend."""

from __future__ import annotations

import ast
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.analysis.dataflow.scopes import Scope
from pipeline.analysis.dataflow.values import Callable as Known
from pipeline.analysis.dataflow.values import Taint, Value

DEEPEST = 150  # expressions, statements and calls inside each other
DEEPEST_CALLS = 4
DJANGO_RESPONSES = ("django.http", "django.shortcuts", "django.views", "rest_framework")
CLOCK_EVERY = 2_000  # steps between two looks at the clock


class Exhausted(Exception):
    """The analysis has spent all it may spend on this file."""


@dataclass(frozen=True)
class Reached:
    """A value from outside in a sink."""

    rule: str
    node: ast.expr | ast.stmt
    sink: str
    taint: Taint


@dataclass
class Frame:
    """One function being walked through."""

    owner: ast.ClassDef | None = None
    page: bool = False  # what it returns is sent as a web page
    returns: list[Value] = field(default_factory=list)
    exits: list[tuple[int, list[dict[str, Value]]]] = field(default_factory=list)


@dataclass
class State:
    """The walk through one file. The functions are set by ``scan``, where the parts meet."""

    imports: dict[str, str]
    modules: frozenset[str]
    most_steps: int
    deadline: float
    evaluate: Callable[[State, ast.expr], Value]
    execute: Callable[[State, list[ast.stmt]], bool]
    scope: Scope[Value] = field(default_factory=Scope)
    frame: Frame = field(default_factory=Frame)
    steps: int = 0
    depth: int = 0
    calls: int = 0  # functions of the file inside each other
    attributes: dict[tuple[int, str], Value] = field(default_factory=dict)
    classes: dict[int, dict[str, ast.FunctionDef | ast.AsyncFunctionDef]] = field(
        default_factory=dict
    )
    results: dict[object, Value] = field(default_factory=dict)
    pending: deque[Known] = field(default_factory=deque)
    walked: set[int] = field(default_factory=set)
    called: frozenset[str] = frozenset()  # names that the file calls
    reached: dict[tuple[str, int, int], Reached] = field(default_factory=dict)
    harmless: dict[tuple[str, int], bool] = field(default_factory=dict)

    def spend(self, steps: int = 1) -> None:
        """Count the work; raises Exhausted where it was too much."""
        before = self.steps
        self.steps += steps
        if self.steps > self.most_steps:
            raise Exhausted
        if before // CLOCK_EVERY != self.steps // CLOCK_EVERY and time.monotonic() > self.deadline:
            raise Exhausted

    @property
    def answers(self) -> bool:
        """Whether the file makes responses of Django, so that its functions may be views."""
        return any(full.startswith(DJANGO_RESPONSES) for full in self.imports.values())

    @property
    def may_enter(self) -> bool:
        """Whether a call of a function of this file is followed into it."""
        return (
            self.calls < DEEPEST_CALLS
            and self.steps * 2 < self.most_steps
            and self.depth < DEEPEST // 2
        )

    def note(self, family: str, line: int, harmless: bool) -> None:
        """Remember for a place whether only harmless values were ever seen there."""
        key = family, line
        self.harmless[key] = self.harmless.get(key, True) and harmless

    def report(self, rule: str, node: ast.expr | ast.stmt, sink: str, taint: Taint) -> None:
        """A value from outside has come to a sink; the worst way to a place is told."""
        key = rule, node.lineno, node.col_offset
        known = self.reached.get(key)
        if known is None or taint.rank < known.taint.rank:
            self.reached[key] = Reached(rule, node, sink, taint)
