"""Whether a value from outside comes to a place where it can do harm."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow import rules, sources
from pipeline.analysis.dataflow.rules import Call, Family, Sink
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import BUILT, CALLER, Taint, Value

EMPTY = frozenset[str]()


def look_at_sinks(state: State, node: ast.expr | ast.stmt, seen: Call) -> frozenset[str] | None:
    """Report what comes to the sinks that a call is.

    None where it is no sink; else the families of which the result holds the value still.
    """
    passed: frozenset[str] | None = None
    for family, sink in rules.sinks_of(seen.name):
        if not sink.when(seen):
            continue
        passed = (passed or EMPTY) | (frozenset((family.name,)) if sink.passes else EMPTY)
        harmless = True
        for value in sink.values(seen):
            harmless = arrive(state, node, family, sink, value, seen.name) and harmless
        for line in (node.lineno, *sink.places(seen)):
            state.note(family.name, line, harmless)
    return passed


def arrive(
    state: State, node: ast.expr | ast.stmt, family: Family, sink: Sink, value: Value, name: str
) -> bool:
    """Report a value that may do harm in a sink; whether it surely does none."""
    if family.harmless(value):
        return True
    dangers = value.dangers(family.name)
    for taint in sorted(dangers, key=lambda t: t.rank):
        if taint.source and _matters(taint, value, family, sink):
            state.report(family.rule, node, name, taint)
            break
    return not dangers


def _matters(taint: Taint, value: Value, family: Family, sink: Sink) -> bool:
    """Whether it is worth a finding, by who gives the value and what was made of it."""
    if family.text_only and "guessed" in value.traits:
        return False
    if taint.remote:
        return True
    if family.joined_only:
        return taint.source in (CALLER, sources.TYPED) and not BUILT.isdisjoint(value.traits)
    return family.callers if taint.source == CALLER else sink.local
