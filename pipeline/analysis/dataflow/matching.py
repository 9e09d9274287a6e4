"""Walks through ``match``: a constant picks its case; a case of constants clears the subject."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow import guards
from pipeline.analysis.dataflow.binding import bind_pattern
from pipeline.analysis.dataflow.branches import Branch, merge
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import Unknown, Value, spotless


def match(state: State, node: ast.Match) -> bool:
    subject = state.evaluate(state, node.subject)
    going_on: list[Branch] = []
    for case in node.cases:
        fits = _fits(state, case.pattern, subject)
        if fits is False:
            continue
        state.scope.push()
        bind_pattern(state, case.pattern, subject)
        if case.guard is not None:
            guards.held_to(state, case.guard)
        if _names_a_constant(case.pattern):
            _allow(state, node.subject)
        if not state.execute(state, case.body):
            going_on.append(state.scope.layers[-1])
        state.scope.pop()
        if fits and case.guard is None:
            return merge(state, going_on)
    return merge(state, [{}, *going_on])


def _allow(state: State, subject: ast.expr) -> None:
    """Inside ``case "a"`` the subject is a constant."""
    if isinstance(subject, ast.Name):
        value = state.scope.get(subject.id)
        if value is not None and value.taints:
            state.scope.set(subject.id, spotless(value))


def _names_a_constant(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return all(isinstance(part, ast.MatchValue) for part in pattern.patterns)
    return isinstance(pattern, ast.MatchValue)


def _fits(state: State, pattern: ast.pattern, subject: Value) -> bool | None:
    """Whether a constant meets a case; None where that is not known."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if isinstance(subject.const, Unknown):
        return None
    parts = pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]
    known = [
        state.evaluate(state, part.value).const
        for part in parts
        if isinstance(part, ast.MatchValue)
    ]
    if len(known) != len(parts) or any(isinstance(value, Unknown) for value in known):
        return None
    return subject.const in known
