"""A Python text as units that can be compared: functions and the module, statement by statement.

Statements are compared by their syntax trees without docstrings, so that layout and comments do not
count. A compound statement counts with its head only; what stands in it follows with more depth.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from pipeline.analysis.nodes import children, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = ast.stmt | ast.excepthandler | ast.match_case
MODULE = "(module)"
BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True)
class Statement:
    """One statement, or the head of a compound one. Lines count from 1 in its own text."""

    node: Node
    text: str
    line: int
    end_line: int
    depth: int

    @property
    def parts(self) -> list[ast.AST]:
        """The nodes of the statement itself, without those of the statements in it."""
        return head_nodes(self.node)


@dataclass
class Unit:
    """A function, method or the module's own code, with its statements in text order."""

    name: str
    node: Function | None
    statements: list[Statement] = field(default_factory=list)


def units_of(tree: ast.Module) -> dict[str, Unit]:
    """Every unit by its dotted name; nested functions are units of their own."""
    found: dict[str, Unit] = {MODULE: Unit(MODULE, None)}
    waiting: list[tuple[Node, str, Unit, int]] = [
        (statement, "", found[MODULE], 0) for statement in reversed(_without_docstring(tree.body))
    ]
    while waiting:
        node, prefix, unit, depth = waiting.pop()
        if isinstance(node, Function):
            unit, depth = _opened(found, f"{prefix}{node.name}", node), 0
            inner = _without_docstring(node.body)
            waiting += [(each, f"{unit.name}.", unit, 0) for each in reversed(inner)]
        elif isinstance(node, ast.ClassDef):
            unit.statements.append(_statement(node, depth))
            inner = _without_docstring(node.body)
            waiting += [(each, f"{prefix}{node.name}.", unit, depth) for each in reversed(inner)]
        else:
            unit.statements.append(_statement(node, depth))
            below = [child for name in BODIES for child in getattr(node, name, ())]
            waiting += [(child, prefix, unit, depth + 1) for child in reversed(below)]
    return found


def _opened(found: dict[str, Unit], name: str, node: Function) -> Unit:
    """A new unit; a second definition of the same name gets a number."""
    number, unique = 1, name
    while unique in found:
        number += 1
        unique = f"{name}#{number}"
    found[unique] = Unit(unique, node)
    return found[unique]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return body[1:] if isinstance(first.value.value, str) else body
    return body


def _statement(node: Node, depth: int) -> Statement:
    parts = head_nodes(node)
    lines = [_lines(part) for part in ([node] if not _has_bodies(node) else parts)]
    line = getattr(node, "lineno", 0) or min((first for first, _ in lines if first), default=1)
    end_line = max((last for _, last in lines), default=line)
    text = " ".join([type(node).__name__, *_names(node), *(ast.dump(part) for part in parts)])
    return Statement(node, text, line, max(end_line, line), depth)


def _lines(node: ast.AST) -> tuple[int, int]:
    """First and last line; zeros for nodes without a place, such as operators."""
    first = int(getattr(node, "lineno", 0) or 0)
    return first, int(getattr(node, "end_lineno", 0) or first)


def _has_bodies(node: ast.AST) -> bool:
    return any(getattr(node, name, None) for name in BODIES) and not isinstance(node, ast.Lambda)


def head_nodes(node: ast.AST) -> list[ast.AST]:
    """The children of a statement that are not statements themselves."""
    if not _has_bodies(node):
        return children(node)
    inner = {id(child) for name in BODIES for child in getattr(node, name, ()) or ()}
    return [child for child in children(node) if id(child) not in inner]


def _names(node: ast.AST) -> list[str]:
    """What a head says in plain words and not in nodes: names and operators."""
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", str(node.level)]
    return [str(getattr(node, name)) for name in ("name",) if getattr(node, name, None)]


def nodes_of(statements: list[Statement]) -> list[ast.AST]:
    """All nodes of the statements' own parts, each with what is below it."""
    return [each for statement in statements for part in statement.parts for each in _shallow(part)]


def _shallow(part: ast.AST) -> list[ast.AST]:
    return walk(part)


def stored_names(statement: Statement) -> set[str]:
    """The names that a statement binds."""
    targets: list[ast.AST] = []
    node = statement.node
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        targets = [node.target]
    elif isinstance(node, ast.With | ast.AsyncWith):
        targets = [item.optional_vars for item in node.items if item.optional_vars]
    return {each.id for target in targets for each in walk(target) if isinstance(each, ast.Name)}


def loaded_names(statement: Statement) -> set[str]:
    """The names that a statement reads (or binds by itself, as ``x += 1`` does)."""
    return {node.id for node in nodes_of([statement]) if isinstance(node, ast.Name)}
