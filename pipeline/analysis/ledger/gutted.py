"""Code that a rebuild took away: functions emptied, and what makes nothing of most of the text."""

from __future__ import annotations

import ast

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.units import Unit


def emptied(pair: Pair) -> list[str]:
    """Functions that did something and now only pass, raise NotImplementedError or return."""
    return [
        f"{name} does nothing any more"
        for name, unit in pair.old_units.items()
        if unit.node is not None
        and name in pair.new_units
        and not _is_empty(unit)
        and _is_empty(pair.new_units[name])
    ]


def _is_empty(unit: Unit) -> bool:
    return all(_does_nothing(statement.node) for statement in unit.statements)


def _does_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Return):
        return node.value is None or not any(
            isinstance(n, ast.Name | ast.Call | ast.Attribute) for n in ast.walk(node.value)
        )
    return isinstance(node, ast.Raise) and "NotImplemented" in ast.dump(node)
