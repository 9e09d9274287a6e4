"""Telling values from pieces of SQL: what a program puts into a statement without quotes."""

from __future__ import annotations

import libcst as cst

from pipeline.analysis.fixers.source import Source

MAKES_TEXT = {"join", "format"}


def holds_sql(source: Source, node: cst.BaseExpression) -> bool:
    """Whether ``node``, which stands in SQL without quotes, may be text of the program.

    Such text is not a value: it is an expression like ``datetime('now')``, NULL or a column name,
    and passed as a parameter it would become a plain string.
    """
    return any(_is_text(value) for value in (node, *source.known_values(node)))


def may_be_tuple(source: Source, name: cst.Name) -> bool:
    """Whether the variable after ``%`` may hold all of the values instead of one."""
    plural = name.value in {"params", "args", "values", "data", "row", "fields", "record"}
    plural |= any(p.star == "*" and p.name.value == name.value for p in source.all(cst.Param))
    unclear = (cst.Tuple, cst.Name, cst.BinaryOperation, cst.IfExp)
    return plural or any(isinstance(v, unclear) for v in source.assigned_values(name))


def _is_text(node: cst.BaseExpression) -> bool:
    """Whether ``node`` is put together from literals of the program, in one of its branches."""
    match node:
        case cst.SimpleString() | cst.FormattedString() | cst.ConcatenatedString():
            return True
        case cst.IfExp():
            return _is_text(node.body) or _is_text(node.orelse)
        case cst.BooleanOperation() | cst.BinaryOperation():
            return _is_text(node.left) or _is_text(node.right)
        case cst.Call(func=cst.Attribute(attr=name)):
            return name.value in MAKES_TEXT
    return False
