"""Small questions to syntax nodes that need no knowledge of the text around them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import fields
from functools import cache

import libcst as cst

LAYOUT = (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine, cst.Newline)
LAYOUT_FIELDS = {"lpar", "rpar", "header", "footer", "leading_lines", "comma", "semicolon"}


@cache
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of ``kind`` that can hold more than whitespace and punctuation."""
    names = (field.name for field in fields(kind))
    return tuple(n for n in names if n not in LAYOUT_FIELDS and not n.startswith("whitespace"))


def parents_in(module: cst.Module) -> dict[cst.CSTNode, cst.CSTNode]:
    """Every node below ``module`` with its parent; layout is left out, and nothing recurses."""
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        for name in _child_fields(type(node)):
            value = getattr(node, name)
            for child in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(child, cst.CSTNode) and not isinstance(child, LAYOUT):
                    parents[child] = node
                    waiting.append(child)
    return parents


def dotted(node: cst.CSTNode | None) -> str:
    """The text of a node that is nothing but names joined by dots, else an empty string."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return ".".join([node.value, *reversed(parts)]) if isinstance(node, cst.Name) else ""


def imported_names(
    plain: Iterable[cst.Import], selective: Iterable[cst.ImportFrom]
) -> dict[str, set[str]]:
    """For each name that these statements bind, the full dotted names it may stand for."""
    found: dict[str, set[str]] = {}
    for alias in (alias for statement in plain for alias in statement.names):
        full = dotted(alias.name)
        local = dotted(alias.asname.name) if alias.asname else full.partition(".")[0]
        found.setdefault(local, set()).add(full if alias.asname else local)
    for statement in selective:
        if not isinstance(statement.names, cst.ImportStar) and not statement.relative:
            for alias in statement.names:
                local = dotted(alias.asname.name) if alias.asname else dotted(alias.name)
                found.setdefault(local, set()).add(
                    f"{dotted(statement.module)}.{dotted(alias.name)}"
                )
    return found


def constant(node: cst.CSTNode | None) -> object:
    """The value of a literal, or None where ``node`` is none (or is the literal None)."""
    if not isinstance(node, cst.BaseExpression):
        return None
    try:
        return ast.literal_eval(cst.Module([]).code_for_node(node).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def is_name(node: cst.CSTNode | None, value: str) -> bool:
    """Whether ``node`` is the bare name ``value``, such as True or None."""
    return isinstance(node, cst.Name) and node.value == value
