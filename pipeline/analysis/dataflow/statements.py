"""Walks through statements: branches, loops and their ends, and what they bind."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipeline.analysis.dataflow import guards, knownnames, rules
from pipeline.analysis.dataflow.binding import bind
from pipeline.analysis.dataflow.branches import Branch, merge
from pipeline.analysis.dataflow.constants import truth
from pipeline.analysis.dataflow.definitions import define, define_class
from pipeline.analysis.dataflow.matching import match
from pipeline.analysis.dataflow.operators import operated
from pipeline.analysis.dataflow.parts import each_of
from pipeline.analysis.dataflow.rules.html import PAGE
from pipeline.analysis.dataflow.sinks import arrive, look_at_sinks
from pipeline.analysis.dataflow.state import DEEPEST, State
from pipeline.analysis.dataflow.values import (
    ANYTHING,
    Value,
    spotless,
)

MOST_STOPS = 30  # statements of a try after which each state is told apart
LOOPS_TWICE = 2  # loops inside each other that are walked through a second time
JSON = frozenset(("dict", "list"))  # what is sent as such, and not as a page
TESTS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Call)  # what may be asked about later
Handler = Callable[[State, Any], bool | None]


def execute(state: State, body: list[ast.stmt]) -> bool:
    """Walk through statements; whether the way ends in them (return, raise, break, abort)."""
    if state.depth >= DEEPEST:
        return False
    state.depth += 1
    try:
        for statement in body:
            state.spend()
            handler = _HANDLERS.get(type(statement))
            if handler is not None and handler(state, statement):
                return True
        return False
    finally:
        state.depth -= 1


def _if(state: State, node: ast.If) -> bool:
    """A whole chain of elif; the outermost layer holds what is known after the failed tests."""
    scope = state.scope
    depth = len(scope.layers)
    scope.push()
    going_on: list[Branch] = []
    current: ast.If | None = node
    while current is not None:
        current = _one_test(state, current, depth, going_on)
    scope.pop()
    return merge(state, going_on)


def _one_test(state: State, node: ast.If, depth: int, going_on: list[Branch]) -> ast.If | None:
    """One test of a chain; the next one, if there is one that may be reached."""
    state.spend()
    known = truth(state.evaluate(state, node.test))
    if known is not False:
        state.scope.push()
        guards.assume(state, node.test, True)
        if not execute(state, node.body):
            going_on.append(state.scope.changed_since(depth))
        state.scope.pop()
    if known is True:
        return None
    guards.assume(state, node.test, False)
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return node.orelse[0]
    if not execute(state, node.orelse):
        going_on.append(state.scope.changed_since(depth))
    return None


def _for(state: State, node: ast.For | ast.AsyncFor) -> bool:
    held = each_of(state.evaluate(state, node.iter))
    return _loop(state, node, lambda: bind(state, node.target, held))


def _while(state: State, node: ast.While) -> bool:
    if truth(state.evaluate(state, node.test)) is False:
        return execute(state, node.orelse)
    return _loop(state, node, lambda: guards.held_to(state, node.test))


def _loop(
    state: State, node: ast.For | ast.AsyncFor | ast.While, begin: Callable[[], None]
) -> bool:
    """The body twice, so that what one round leaves behind is seen by the next."""
    times = 2 if len(state.frame.exits) < LOOPS_TWICE else 1
    for _ in range(times):
        scope, exits = state.scope, list[Branch]()
        scope.push()
        begin()
        state.frame.exits.append((len(scope.layers) - 1, exits))
        ended = execute(state, node.body)
        state.frame.exits.pop()
        changed = scope.pop()
        merge(state, [{}, *exits, *([] if ended else [changed])])
    return execute(state, node.orelse)


def _leave(state: State, _node: ast.Break | ast.Continue) -> bool:
    if state.frame.exits:
        depth, exits = state.frame.exits[-1]
        exits.append(state.scope.changed_since(depth))
    return True


def _try(state: State, node: ast.Try | ast.TryStar) -> bool:
    scope = state.scope
    scope.push()
    stops, ended = _stops(state, node.body)
    ended = ended or execute(state, node.orelse)
    done = scope.pop()
    going_on = [] if ended else [done]
    for handler in node.handlers:
        scope.push()
        merge(state, [{}, *stops, done])
        if handler.name:
            scope.set(handler.name, ANYTHING)
        if not execute(state, handler.body):
            going_on.append(scope.layers[-1])
        scope.pop()
    ended = merge(state, going_on)
    return execute(state, node.finalbody) or ended


def _stops(state: State, body: list[ast.stmt]) -> tuple[list[Branch], bool]:
    """What names hold after each statement of a ``try``, any of which may be the last one that ran,
    and whether the way ends in the body.
    """
    stops: list[Branch] = []
    for statement in body:
        ended = execute(state, [statement])
        if len(stops) < MOST_STOPS:
            stops.append(dict(state.scope.layers[-1]))
        if ended:
            return stops, True
    return stops, False


def _with(state: State, node: ast.With | ast.AsyncWith) -> bool:
    for item in node.items:
        value = state.evaluate(state, item.context_expr)
        if item.optional_vars is not None:
            bind(state, item.optional_vars, value)
    return execute(state, node.body)


def _return(state: State, node: ast.Return) -> bool:
    if node.value is not None:
        value = state.evaluate(state, node.value)
        state.frame.returns.append(value)
        if state.frame.page:
            _send(state, node, value)
    return True


def _send(state: State, node: ast.Return, value: Value) -> None:
    """What a route returns is the body of its answer; of a tuple, its first element."""
    body = value.items[0] if isinstance(node.value, ast.Tuple) and value.items else value
    if JSON.isdisjoint(body.traits):
        harmless = arrive(state, node, rules.HTML, PAGE, body, "the answer to the request")
        state.note("html", node.lineno, harmless)


def _raise(state: State, node: ast.Raise) -> bool:
    if node.exc is not None:
        state.evaluate(state, node.exc)
    return True


def _expression(state: State, node: ast.Expr) -> bool:
    value = state.evaluate(state, node.value)
    match node.value:
        case ast.Call(func=ast.Name(id="int" | "float" | "UUID"), args=[ast.Name(id=name)]):
            held = state.scope.get(name)
            if held is not None:
                state.scope.set(name, spotless(held))
    return value.name.removesuffix("()") in knownnames.ENDING


def _assign(state: State, node: ast.Assign) -> None:
    value = state.evaluate(state, node.value)
    if isinstance(node.value, TESTS):
        value = replace(value, test=node.value)
    for target in node.targets:
        if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            _store(state, target, value)
        bind(state, target, value)


def _store(state: State, target: ast.Subscript, value: Value) -> None:
    """Storing under a key can be a sink, as in a session."""
    base = state.evaluate(state, target.value)
    key = state.evaluate(state, target.slice)
    name = f"{base.name}.__setitem__"
    look_at_sinks(
        state, target, rules.Call(name, base, [key, value], {}, state.modules, target.lineno)
    )


def _annotated(state: State, node: ast.AnnAssign) -> None:
    if node.value is not None:
        bind(state, node.target, state.evaluate(state, node.value))


def _augmented(state: State, node: ast.AugAssign) -> None:
    before = state.evaluate(state, node.target)
    value = operated(node.op, before, state.evaluate(state, node.value))
    state.note("text", node.lineno, not value.dangers("sql"))
    bind(state, node.target, value)


def _assert(state: State, node: ast.Assert) -> None:
    guards.held_to(state, node.test)


_HANDLERS: dict[type[ast.stmt], Handler] = {
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: match,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Assert: _assert,
    ast.FunctionDef: define,
    ast.AsyncFunctionDef: define,
    ast.ClassDef: define_class,
}
