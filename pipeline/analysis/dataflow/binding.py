"""Gives values to names, attributes, elements and patterns."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow.parts import each_of, element_of
from pipeline.analysis.dataflow.scopes import Scope
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import (
    Unknown,
    Value,
    collected,
    constant,
    held_by,
    joined,
    mapping,
    mixed,
    sequence,
)


def bind(state: State, target: ast.expr, value: Value) -> None:
    """Assign to whatever can stand left of ``=``."""
    pending = [(target, value)]
    while pending:
        state.spend()
        node, given = pending.pop()
        if isinstance(node, ast.Name):
            state.scope.set(node.id, held_by(given, node.id))
        elif isinstance(node, ast.Tuple | ast.List):
            pending.extend(_unpacked(node.elts, given))
        elif isinstance(node, ast.Starred):
            pending.append((node.value, Value(given.taints)))
        elif isinstance(node, ast.Attribute):
            _bind_attribute(state, node, given)
        elif isinstance(node, ast.Subscript):
            _bind_element(state, node, given)


def _unpacked(targets: list[ast.expr], value: Value) -> list[tuple[ast.expr, Value]]:
    starred = any(isinstance(target, ast.Starred) for target in targets)
    if value.items is not None and len(value.items) == len(targets) and not starred:
        return list(zip(targets, value.items, strict=True))
    if value.items is None and value.table is None:
        return [(target, Value(value.taints, roots=value.roots)) for target in targets]
    return [(target, each_of(value)) for target in targets]


def _bind_attribute(state: State, node: ast.Attribute, value: Value) -> None:
    base = state.evaluate(state, node.value)
    known = base.function.node if base.function is not None else None
    if isinstance(known, ast.ClassDef):
        key = id(known), node.attr
        before = state.attributes.get(key)
        held = held_by(value, f"self.{node.attr}")
        state.attributes[key] = held if before is None else joined(before, held)
    elif value.taints:
        rebind(state, node.value, Value(collected((base, value)), name=base.name))


def _bind_element(state: State, node: ast.Subscript, value: Value) -> None:
    base = state.evaluate(state, node.value)
    if isinstance(node.slice, ast.Slice):
        rebind(state, node.value, mixed(base, value, name=base.name))
        return
    key = state.evaluate(state, node.slice)
    rebind(state, node.value, with_element(base, key, value))


def with_element(base: Value, key: Value, value: Value) -> Value:
    """A container after an element was put in under a key."""
    known = key.const
    if base.table is not None and not isinstance(known, Unknown):
        return mapping({**base.table, known: value}, name=base.name)
    if base.items is not None and isinstance(known, int) and -len(base.items) <= known:
        items = list(base.items)
        if known < len(items):
            items[known] = value
            return sequence(items, base.traits)
    return Value(collected((base, key, value)), name=base.name, traits=base.traits)


def rebind(state: State, target: ast.expr, value: Value) -> None:
    """Store what became of a container that was changed in place."""
    if isinstance(target, ast.Name):
        _holder(state.scope, target.id).set(target.id, value)
    elif isinstance(target, ast.Attribute):
        base = state.evaluate(state, target.value)
        if base.function is not None and isinstance(base.function.node, ast.ClassDef):
            state.attributes[id(base.function.node), target.attr] = value
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        outer = state.evaluate(state, target.value)
        key = state.evaluate(state, target.slice)
        state.scope.set(target.value.id, with_element(outer, key, value))


def _holder(scope: Scope[Value], name: str) -> Scope[Value]:
    """The scope that a name belongs to: the nearest one that has bound it."""
    holder: Scope[Value] | None = scope
    while holder is not None and holder.own(name) is None:
        holder = holder.outer
    return holder or scope


def bind_pattern(state: State, pattern: ast.pattern, subject: Value) -> None:
    """Bind the names of a case; how it was taken apart is followed for sequences and mappings."""
    pending = [(pattern, subject)]
    while pending:
        state.spend()
        node, value = pending.pop()
        match node:
            case ast.MatchAs(name=name, pattern=inner):
                if name is not None:
                    state.scope.set(name, held_by(value, name))
                if inner is not None:
                    pending.append((inner, value))
            case ast.MatchStar(name=str(name)):
                state.scope.set(name, held_by(Value(value.taints), name))
            case ast.MatchSequence(patterns=inners):
                parts = [element_of(value, constant(i)) for i in range(len(inners))]
                pending.extend(zip(inners, parts, strict=True))
            case ast.MatchMapping(patterns=inners) | ast.MatchOr(patterns=inners):
                part = value if isinstance(node, ast.MatchOr) else each_of(value)
                pending.extend((inner, part) for inner in inners)
            case ast.MatchClass(patterns=inners, kwd_patterns=named):
                pending.extend((inner, Value(value.taints)) for inner in [*inners, *named])
