"""What an expression can be, given what its names hold."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

from pipeline.analysis.dataflow import constants, guards, sources
from pipeline.analysis.dataflow.calls import call
from pipeline.analysis.dataflow.constants import truth
from pipeline.analysis.dataflow.operators import among, is_number_format, operated, put_together
from pipeline.analysis.dataflow.parts import attribute, each_of, element_of
from pipeline.analysis.dataflow.state import DEEPEST, State
from pipeline.analysis.dataflow.values import (
    ANYTHING,
    NOTHING,
    Key,
    Unknown,
    Value,
    anything,
    constant,
    either,
    held_by,
    joined,
    mapping,
    mixed,
    sequence,
)
from pipeline.analysis.dataflow.values import Callable as Known
from pipeline.analysis.nodes import walk

BUILTINS = frozenset(dir(builtins))
LIST = frozenset(("list",))
PATH = frozenset(("path",))
SET = frozenset(("set",))
Handler = Callable[[State, Any], Value]


def evaluate(state: State, node: ast.expr) -> Value:
    """The value of an expression; what is nested too deeply is only searched for its names."""
    state.spend()
    handler = _HANDLERS.get(type(node))
    if handler is None or state.depth >= DEEPEST:
        return _shallow(state, node)
    state.depth += 1
    try:
        return handler(state, node)
    finally:
        state.depth -= 1


def _shallow(state: State, node: ast.expr) -> Value:
    inside = walk(node)
    state.spend(len(inside))
    return mixed(ANYTHING, *(_name(state, n) for n in inside if isinstance(n, ast.Name)))


def _constant(_state: State, node: ast.Constant) -> Value:
    return constant(node.value) if isinstance(node.value, constants.KINDS) else NOTHING


def _name(state: State, node: ast.Name) -> Value:
    found = state.scope.get(node.id)
    if found is not None:
        return found
    full = state.imports.get(node.id, "")
    if full:
        request = full.rpartition(".")[2] in sources.REQUEST_NAMES
        return anything(full, sources.REQUEST if request else frozenset())
    if node.id in sources.REQUEST_NAMES:
        return anything("request", sources.REQUEST)
    return Value(name=node.id) if node.id in BUILTINS else anything(node.id)


def _attribute(state: State, node: ast.Attribute) -> Value:
    return attribute(state, node, state.evaluate(state, node.value))


def _binary(state: State, node: ast.BinOp) -> Value:
    """A chain of operators is walked from its left end, however long it is."""
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    state.spend(len(chain))
    result = state.evaluate(state, left)
    for each in reversed(chain):
        result = operated(each.op, result, state.evaluate(state, each.right))
    state.note("text", node.lineno, not result.dangers("sql"))
    return result


def _text(state: State, node: ast.JoinedStr) -> Value:
    result = put_together([state.evaluate(state, part) for part in node.values])
    state.note("text", node.lineno, not result.dangers("sql"))
    return result


def _formatted(state: State, node: ast.FormattedValue) -> Value:
    value = state.evaluate(state, node.value)
    if isinstance(value.const, str | int) and node.format_spec is None and node.conversion == -1:
        return constant(str(value.const))
    if is_number_format(node.format_spec):
        return NOTHING
    return Value(value.taints, prefix=value.prefix)


def _boolean(state: State, node: ast.BoolOp) -> Value:
    """``a or b``: what can come out; a constant decides which are looked at."""
    found: list[Value] = []
    for part in node.values:
        value = state.evaluate(state, part)
        known = truth(value)
        decided = known is not None and known == isinstance(node.op, ast.Or)
        if known is None or decided or part is node.values[-1]:
            found.append(value)
        if decided:
            break
    return either(found)


def _unary(state: State, node: ast.UnaryOp) -> Value:
    value = state.evaluate(state, node.operand)
    if isinstance(node.op, ast.Not):
        known = truth(value)
        return NOTHING if known is None else constant(not known)
    if isinstance(value.const, Unknown):
        return mixed(value)
    result = constants.unary(node.op, value.const)
    return NOTHING if isinstance(result, Unknown) else constant(result)


def _compared(state: State, node: ast.Compare) -> Value:
    left = state.evaluate(state, node.left)
    others = [state.evaluate(state, other) for other in node.comparators]
    if len(others) != 1 or isinstance(left.const, Unknown):
        return NOTHING
    if isinstance(others[0].const, Unknown):
        return among(node.ops[0], left.const, others[0])
    result = constants.compared(node.ops[0], left.const, others[0].const)
    return NOTHING if isinstance(result, Unknown) else constant(result)


def _choice(state: State, node: ast.IfExp) -> Value:
    known = truth(state.evaluate(state, node.test))
    found = []
    for branch, taken in ((node.body, True), (node.orelse, False)):
        if known is None or known is taken:
            state.scope.push()
            guards.assume(state, node.test, taken)
            found.append(state.evaluate(state, branch))
            state.scope.pop()
    return either(found)


def _sequence(state: State, node: ast.List | ast.Tuple | ast.Set) -> Value:
    items: list[Value] = []
    whole = True
    for element in node.elts:
        value = state.evaluate(
            state, element.value if isinstance(element, ast.Starred) else element
        )
        if isinstance(element, ast.Starred) and value.items is not None:
            items.extend(value.items)
        else:
            whole = whole and not isinstance(element, ast.Starred)
            items.append(value)
    traits = SET if isinstance(node, ast.Set) else LIST
    return sequence(items, traits) if whole else Value(mixed(*items).taints, traits=traits)


def _mapping(state: State, node: ast.Dict) -> Value:
    table: dict[Key, Value] = {}
    rest: list[Value] = []
    for key, element in zip(node.keys, node.values, strict=True):
        value = state.evaluate(state, element)
        if key is None:
            if value.table is None:
                rest.append(value)
            else:
                table.update(value.table)
            continue
        known = state.evaluate(state, key).const
        if isinstance(known, Unknown):
            rest.append(value)
        else:
            table[known] = value
    return mapping(table, rest)


def _subscript(state: State, node: ast.Subscript) -> Value:
    base = state.evaluate(state, node.value)
    if isinstance(node.slice, ast.Slice):
        return _sliced(state, node.slice, base)
    index = state.evaluate(state, node.slice)
    return element_of(base, index)


def _sliced(state: State, node: ast.Slice, base: Value) -> Value:
    bounds: list[int | None] = []
    for bound in (node.lower, node.upper, node.step):
        value = constant(None) if bound is None else state.evaluate(state, bound)
        if not isinstance(value.const, int | None):
            return Value(base.taints, roots=base.roots, traits=base.traits & LIST)
        bounds.append(value.const)
    if bounds[2] == 0:
        return NOTHING
    if isinstance(base.const, str | bytes):
        result = constants.subscript(base.const, slice(*bounds))
        return NOTHING if isinstance(result, Unknown) else constant(result)
    if base.items is not None:
        return sequence(base.items[slice(*bounds)], base.traits)
    return Value(base.taints, roots=base.roots, traits=base.traits & LIST)


def _walrus(state: State, node: ast.NamedExpr) -> Value:
    value = held_by(state.evaluate(state, node.value), node.target.id)
    state.scope.set(node.target.id, value)
    return value


def _comprehension(state: State, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    state.scope.push()
    _bind_generators(state, node.generators)
    value = state.evaluate(state, node.elt)
    state.scope.pop()
    return Value(value.taints, prefix=value.prefix, traits=LIST)


def _dict_comprehension(state: State, node: ast.DictComp) -> Value:
    state.scope.push()
    _bind_generators(state, node.generators)
    value = joined(state.evaluate(state, node.key), state.evaluate(state, node.value))
    state.scope.pop()
    return Value(value.taints)


def _bind_generators(state: State, generators: list[ast.comprehension]) -> None:
    for generator in generators:
        held = each_of(state.evaluate(state, generator.iter))
        for name in [n for n in walk(generator.target) if isinstance(n, ast.Name)]:
            state.scope.set(name.id, held_by(Value(held.taints, const=held.const), name.id))
        for test in generator.ifs:
            state.evaluate(state, test)
            guards.assume(state, test, True)


def _lambda(state: State, node: ast.Lambda) -> Value:
    return Value(function=Known(node, state.scope))


def _inner(state: State, node: ast.Await | ast.Starred | ast.YieldFrom) -> Value:
    return state.evaluate(state, node.value)


def _yielded(state: State, node: ast.Yield) -> Value:
    if node.value is not None:
        state.frame.returns.append(state.evaluate(state, node.value))
    return ANYTHING


_HANDLERS: dict[type[ast.expr], Handler] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: call,
    ast.BinOp: _binary,
    ast.JoinedStr: _text,
    ast.FormattedValue: _formatted,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compared,
    ast.IfExp: _choice,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _mapping,
    ast.Subscript: _subscript,
    ast.NamedExpr: _walrus,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.Lambda: _lambda,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.YieldFrom: _inner,
    ast.Yield: _yielded,
}
