"""What comes out of operators between values, and of text with values in it."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow import constants
from pipeline.analysis.dataflow.values import (
    BUILT,
    NOTHING,
    Constant,
    Unknown,
    Value,
    built,
    cleaned,
    collected,
    constant,
    sequence,
)

PATH = frozenset(("path",))


def operated(op: ast.operator, left: Value, right: Value) -> Value:
    """The result of an operator between two values."""
    if not isinstance(left.const, Unknown) and not isinstance(right.const, Unknown):
        result = constants.binary(op, left.const, right.const)
        if not isinstance(result, Unknown):
            return constant(result)
    if isinstance(op, ast.Add) and left.items is not None and right.items is not None:
        return sequence((*left.items, *right.items), left.traits)
    prefix = left.prefix if isinstance(op, ast.Add) else ""
    if isinstance(op, ast.Mod) and isinstance(left.const, str):
        prefix = left.const.partition("%")[0]
    if isinstance(op, ast.Div) and "path" in left.traits | right.traits:
        return Value(collected((left, right)), prefix=left.prefix, traits=PATH | BUILT)
    if left.name.endswith("Markup()"):
        right = cleaned(right, frozenset(("html",)))  # Markup escapes what is put into it
    return built(left, right, prefix=prefix)


def put_together(parts: list[Value]) -> Value:
    """Pieces of text in a row: constant where all are, and beginning as the first ones do."""
    prefix = ""
    for part in parts:
        prefix += part.prefix
        if not isinstance(part.const, str) or len(prefix) > constants.LONGEST:
            return built(*parts, prefix=prefix[: constants.LONGEST])
    return constant(prefix)


def is_number_format(spec: ast.expr | None) -> bool:
    """``{x:d}`` and ``{x:.2f}`` fail for anything but a number."""
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return False
    text = spec.values[0]
    return isinstance(text, ast.Constant) and str(text.value)[-1:] in ("d", "f", "x", "e", "b")


def among(op: ast.cmpop, left: Constant, container: Value) -> Value:
    """``x in (1, 2)`` where everything is constant."""
    items = container.items
    if items is None or not isinstance(op, ast.In | ast.NotIn):
        return NOTHING
    if any(isinstance(item.const, Unknown) for item in items):
        return NOTHING
    inside = any(item.const == left for item in items)
    return constant(inside == isinstance(op, ast.In))
