"""Functions of the file: walked through on their own, and entered where they are called."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow import entries
from pipeline.analysis.dataflow.rules.model import Call
from pipeline.analysis.dataflow.scopes import Scope
from pipeline.analysis.dataflow.state import Frame, State
from pipeline.analysis.dataflow.values import (
    ANYTHING,
    NOTHING,
    Callable,
    Value,
    either,
    held_by,
    mixed,
)

MOST_REMEMBERED = 2_000
INSTANCE = frozenset(("instance",))


def enter(state: State, known: Callable, seen: Call, node: ast.Call) -> Value:
    """The result of calling a function, method or class of this file."""
    if isinstance(known.node, ast.ClassDef):
        return _made(state, known, seen, node)
    given = [*seen.args, *seen.named.values()]
    if not state.may_enter:
        return mixed(ANYTHING, *given)
    key = (id(known.node), tuple(_brief(v) for v in given), tuple(seen.named))
    if known.scope.outer is None and key in state.results:
        return state.results[key]
    result = _entered(state, known, seen)
    flat = all(value.items is None and value.table is None for value in given)
    if flat and known.scope.outer is None and len(state.results) < MOST_REMEMBERED:
        state.results[key] = result
    return result


def _brief(value: Value) -> object:
    """What of an argument decides the result."""
    return (
        value.taints,
        type(value.const),
        value.const,
        value.name,
        value.prefix,
        value.items is None,
    )


def _made(state: State, known: Callable, seen: Call, node: ast.Call) -> Value:
    """An instance of a class of this file, after its ``__init__`` has run."""
    instance = instance_of(known)
    init = state.classes.get(id(known.node), {}).get("__init__")
    if init is not None and isinstance(known.node, ast.ClassDef):
        enter(state, Callable(init, known.scope, known.node, instance), seen, node)
    return instance


def instance_of(known: Callable) -> Value:
    """An object of a class of this file."""
    return Value(function=known, traits=INSTANCE | _kind(known.node), name=f"{_title(known)}()")


def _title(known: Callable) -> str:
    return known.node.name if isinstance(known.node, ast.ClassDef) else ""


def _kind(node: ast.AST) -> frozenset[str]:
    """What the base classes tell: a handler of http.server or of Tornado."""
    bases = [ast.unparse(base)[-40:] for base in getattr(node, "bases", [])[:4]]
    if any(base.endswith("HTTPRequestHandler") for base in bases):
        return frozenset(("handler",))
    if any(base.endswith("RequestHandler") for base in bases):
        return frozenset(("page",))
    return frozenset()


def _entered(state: State, known: Callable, seen: Call) -> Value:
    node = known.node
    scope: Scope[Value] = Scope(known.scope)
    bound = known.bound
    positional = list(seen.args)
    if known.owner is not None and bound is not None and not _is_static(node):
        positional.insert(0, bound)
    if not isinstance(node, ast.ClassDef):
        _pass_arguments(state, node, scope, positional, seen.named)
    return _run(state, known, scope, Frame(known.owner))


def _is_static(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", ())
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in decorators)


def _pass_arguments(
    state: State,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    scope: Scope[Value],
    positional: list[Value],
    named: dict[str, Value],
) -> None:
    parameters = [*node.args.posonlyargs, *node.args.args]
    defaults = dict(zip(reversed(parameters), reversed(node.args.defaults), strict=False))
    for number, parameter in enumerate(parameters):
        default = defaults.get(parameter)
        if number < len(positional):
            value = positional[number]
        elif parameter.arg in named:
            value = named[parameter.arg]
        else:
            value = ANYTHING if default is None else state.evaluate(state, default)
        scope.set(parameter.arg, held_by(value, parameter.arg))
    for keyword, fallback in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        missing = ANYTHING if fallback is None else state.evaluate(state, fallback)
        scope.set(keyword.arg, held_by(named.get(keyword.arg, missing), keyword.arg))
    if node.args.vararg is not None:
        scope.set(node.args.vararg.arg, mixed(*positional[len(parameters) :]))
    if node.args.kwarg is not None:
        scope.set(node.args.kwarg.arg, mixed(*named.values()))


def _run(state: State, known: Callable, scope: Scope[Value], frame: Frame) -> Value:
    """Walk through a function's body; what it returns."""
    before = state.scope, state.frame
    state.scope, state.frame = scope, frame
    state.calls += 1
    state.depth += 1
    try:
        if isinstance(known.node, ast.Lambda):
            return state.evaluate(state, known.node.body)
        state.execute(state, known.node.body)
        return either(frame.returns) if frame.returns else NOTHING
    finally:
        state.calls -= 1
        state.depth -= 1
        state.scope, state.frame = before


def walk_through(state: State, known: Callable) -> None:
    """Look at a function as its framework, or code elsewhere, would call it."""
    node = known.node
    if isinstance(node, ast.ClassDef | ast.Lambda) or id(node) in state.walked:
        return
    state.walked.add(id(node))
    scope: Scope[Value] = Scope(known.scope)
    entry = entries.entry_of(state, known)
    for parameter, value in entries.parameters(state, known, entry):
        scope.set(parameter.arg, value)
    if known.owner is not None and node.args.args and node.args.args[0].arg in entries.SELF:
        scope.set(node.args.args[0].arg, instance_of(Callable(known.owner, known.scope)))
    state.calls -= 1  # a function on its own is not yet a call
    try:
        _run(state, known, scope, Frame(known.owner, page=entry.page))
    finally:
        state.calls += 1
