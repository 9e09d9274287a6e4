"""Functions and classes, as they are defined."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import Callable, Value


def define(state: State, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    known = Callable(node, state.scope)
    state.scope.set(node.name, Value(function=known, name=node.name))
    state.pending.append(known)


def define_class(state: State, node: ast.ClassDef) -> None:
    """A class: its attributes, and its methods with those of its bases in this file."""
    known = Callable(node, state.scope)
    methods = dict(_inherited(state, node))
    own = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    methods.update((method.name, method) for method in own)
    state.classes[id(node)] = methods
    state.scope.set(node.name, Value(function=known, name=node.name))
    rest = [n for n in node.body if not isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    state.scope.push()
    state.execute(state, rest)
    for name, value in state.scope.pop().items():
        state.attributes[id(node), name] = value
    for method in sorted(own, key=lambda m: m.name != "__init__"):
        state.pending.append(Callable(method, state.scope, node))


def _inherited(
    state: State, node: ast.ClassDef
) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    found: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for base in node.bases:
        value = state.scope.get(base.id) if isinstance(base, ast.Name) else None
        if value is not None and value.function is not None:
            found.update(state.classes.get(id(value.function.node), {}))
    return found
