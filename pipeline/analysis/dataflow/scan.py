"""The data-flow check of one Python text: from its syntax tree to findings.

It walks through the module and each of its functions once, enters functions of the file where they
are called, and works out what is constant. It sees one file: what other files do with a value is
guessed from the names of the calls.
"""

from __future__ import annotations

import ast
import sys
import time
from typing import Any

from pipeline.analysis.dataflow import rules
from pipeline.analysis.dataflow.expressions import evaluate
from pipeline.analysis.dataflow.functions import walk_through
from pipeline.analysis.dataflow.state import Exhausted, Reached, State
from pipeline.analysis.dataflow.statements import execute
from pipeline.analysis.dataflow.values import CALLER, Taint, anything
from pipeline.analysis.findings import Hit, report
from pipeline.analysis.knowledge import explain
from pipeline.analysis.names import Imports
from pipeline.analysis.reading import read
from pipeline.analysis.types import Severity

SOURCE = "dataflow"
STEPS_A_NODE = 40
LEAST_STEPS = 50_000
MOST_STEPS = 1_500_000
SECONDS = 4.0
RECURSION = 10_000  # Python frames; the depth that is walked into is bounded by ``state``
UNFINISHED = "it stopped at its limit before every way through the code was followed"


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "harmless", "note"}``.

    ``harmless`` lists rules of scanners with the lines where all that they can mean is constant or
    cleaned. Refuses what does not parse here.
    """
    reading = read(payload["code"])
    lines = reading.lines
    state, finished = followed(reading.needed_tree, reading.nodes, reading.imports)
    answer = report([_hit(each, lines) for each in state.reached.values()], lines)
    answer["harmless"] = harmless_places(state) if finished else []
    if not finished:
        answer["note"] = "; ".join(filter(None, (answer["note"], UNFINISHED)))
    return answer


def followed(tree: ast.Module, nodes: list[ast.AST], imports: Imports) -> tuple[State, bool]:
    """Walk through a file; what was seen, and whether the walk came to its end."""
    state = State(
        imports=imports.names,
        modules=frozenset(imports.modules),
        most_steps=min(max(len(nodes) * STEPS_A_NODE, LEAST_STEPS), MOST_STEPS),
        deadline=time.monotonic() + SECONDS,
        evaluate=evaluate,
        execute=execute,
        called=frozenset(_called(node.func) for node in nodes if isinstance(node, ast.Call)),
    )
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION))
    try:
        _walk(state, tree, nodes)
    except Exhausted:
        return state, False
    finally:
        sys.setrecursionlimit(before)
    return state, True


def _called(func: ast.expr) -> str:
    """The name of a function of this file that may be called, or of a method of the same class."""
    if isinstance(func, ast.Attribute):
        of_self = isinstance(func.value, ast.Name) and func.value.id in ("self", "cls")
        return func.attr if of_self else ""
    return func.id if isinstance(func, ast.Name) else ""


def _walk(state: State, tree: ast.Module, nodes: list[ast.AST]) -> None:
    module = state.scope
    execute(state, tree.body)
    for name in {name for n in nodes if isinstance(n, ast.Global) for name in n.names}:
        if module.own(name) is not None:
            module.set(name, anything(name))
    while state.pending:
        walk_through(state, state.pending.popleft())


def _hit(each: Reached, lines: list[str]) -> Hit:
    node, taint = each.node, each.taint
    start = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
    column = len(start.encode("utf-8")[: node.col_offset].decode("utf-8", "ignore")) + 1
    last = node.end_lineno or node.lineno
    severity = _severity(explain(each.rule).severity, taint)
    return Hit(SOURCE, each.rule, node.lineno, last, column, _told(each), severity)


def _severity(severity: Severity, taint: Taint) -> Severity | None:
    """One step less for what the operator gives, and low for what nobody here is seen to give."""
    if taint.source == CALLER:
        return Severity.LOW
    lower = list(Severity)[min(severity.rank + 1, Severity.LOW.rank)]
    return None if taint.remote else lower


def _told(each: Reached) -> str:
    """The way of a value, in words."""
    taint = each.taint
    way = ", ".join(name[:40] for name in taint.way)
    through = f" by way of {way}" if way else ""
    sink = each.sink.removeprefix("?.")[:60]
    return f"It comes from {taint.source} in line {taint.line}{through} and reaches {sink}"


def harmless_places(state: State) -> list[dict[str, Any]]:
    """For the rules of scanners that are judged: lines with harmless values only, and the others.

    A rule that reports where a text is put together is judged by every text put together there.
    """
    return [
        {"rules": list(family.judged), **_lines_of(state, family)}
        for family in rules.FAMILIES
        if family.judged
    ]


def _lines_of(state: State, family: rules.Family) -> dict[str, list[int]]:
    kinds = (family.name, "text") if family.in_strings else (family.name,)
    seen = [(line, clean) for (kind, line), clean in state.harmless.items() if kind in kinds]
    other = {line for line, clean in seen if not clean}
    return {"clean": sorted({line for line, _ in seen} - other), "other": sorted(other)}
