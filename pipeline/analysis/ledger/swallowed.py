"""Errors swallowed around a repair: a handler that hides what went wrong repairs nothing."""

from __future__ import annotations

import ast

from pipeline.analysis.ledger.counterparts import is_constant
from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import stored_names
from pipeline.analysis.names import last_name
from pipeline.analysis.nodes import walk
from pipeline.analysis.types import VerdictCheck

BROAD = frozenset(("Exception", "BaseException"))
SUPPRESSING = frozenset(("contextlib.suppress", "suppress"))
QUIET_CALLS = frozenset(("print", "debug", "info", "warning", "error", "exception", "log"))


def not_swallowed(pair: Pair) -> VerdictCheck:
    """No new handler takes all errors without raising, and none passes in silence."""
    faults = []
    for statement in pair.added:
        node = statement.node
        if isinstance(node, ast.ExceptHandler):
            faults += _faults(node, _repaired_names(pair))
        elif isinstance(node, ast.With | ast.AsyncWith) and _suppresses(node, pair):
            faults.append(f"line {node.lineno} suppresses errors")
    return verdict_on("not-swallowed", faults, "no handler was added that hides errors")


def _repaired_names(pair: Pair) -> set[str]:
    """What the repaired statements bind: a fixed value in its place hides their failure."""
    return {name for statement in pair.removed for name in stored_names(statement)}


def _faults(node: ast.ExceptHandler, repaired: set[str]) -> list[str]:
    ends_by_raising = any(isinstance(each, ast.Raise) for each in walk(node)) or _aborts(node)
    if ends_by_raising:
        return []
    if _is_broad(node.type):
        return [f"line {node.lineno} takes every error and raises none"]
    if all(_is_quiet(statement) or _stands_in(statement, repaired) for statement in node.body):
        return [f"line {node.lineno} passes over an error in silence"]
    return []


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(name, ast.Name) and name.id in BROAD for name in names)


def _is_quiet(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass | ast.Continue):
        return True
    if isinstance(statement, ast.Return):
        return _hides(statement.value)
    if not isinstance(statement, ast.Expr):
        return False
    if isinstance(statement.value, ast.Call):
        return last_name(statement.value.func) in QUIET_CALLS
    return isinstance(statement.value, ast.Constant)


def _hides(value: ast.expr | None) -> bool:
    """A fixed result in the place of an error; False and a status from 400 on do tell of it."""
    if isinstance(value, ast.Tuple):
        codes = [e.value for e in value.elts if isinstance(e, ast.Constant)]
        return not any(isinstance(code, int) and code >= 400 for code in codes)
    if isinstance(value, ast.Constant) and value.value is False:
        return False
    return value is None or is_constant(value)


def _stands_in(statement: ast.stmt, repaired: set[str]) -> bool:
    if not isinstance(statement, ast.Assign) or not is_constant(statement.value):
        return False
    return any(isinstance(t, ast.Name) and t.id in repaired for t in statement.targets)


def _aborts(node: ast.ExceptHandler) -> bool:
    return any(
        isinstance(each, ast.Call) and last_name(each.func) in ("abort", "exit")
        for each in walk(node)
    )


def _suppresses(node: ast.With | ast.AsyncWith, pair: Pair) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call)
        and pair.new_imports.full_name(item.context_expr.func) in SUPPRESSING
        for item in node.items
    )
