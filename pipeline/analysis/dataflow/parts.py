"""The parts of a value: attributes, methods of the file's classes, elements of containers."""

from __future__ import annotations

import ast

from pipeline.analysis.dataflow import constants, sources
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import (
    NOTHING,
    UPLOAD,
    Unknown,
    Value,
    anything,
    constant,
    either,
)
from pipeline.analysis.dataflow.values import Callable as Known

LONGEST_NAME = 160
PATH = frozenset(("path",))
PAGE = frozenset(("page",))


def attribute(state: State, node: ast.Attribute, base: Value) -> Value:
    """An attribute of a value."""
    full = f"{base.name}.{node.attr}" if base.name and len(base.name) < LONGEST_NAME else ""
    if "request" in base.traits:
        return sources.request_part(base, node.attr, node.lineno)
    if full in sources.NAMES:
        source, remote = sources.NAMES[full]
        return sources.entering(source, remote, node.lineno, full)
    if base.function is not None:
        return _member(state, node, base, base.function)
    return _plain(node, base, full)


def _plain(node: ast.Attribute, base: Value, full: str) -> Value:
    if node.attr in sources.REQUEST_NAMES and not _is_client(base):
        return anything("request", sources.REQUEST)
    if node.attr.isupper() and not base.taints_from_outside:
        return Value(name=full)  # by convention a constant of a module or class
    if base.table is not None and node.attr in base.table:
        return base.table[node.attr]
    return Value(base.taints, name=full, roots=base.roots, traits=base.traits & PATH)


def _is_client(base: Value) -> bool:
    """``requests.request`` sends one, and so does a session; ``self.request`` came in."""
    made = base.name.endswith("()") or base.taints_from_outside
    return made or base.name.partition(".")[0] in sources.CLIENTS


def _member(state: State, node: ast.Attribute, base: Value, known: Known) -> Value:
    """A method or attribute of a class of this file, or of an instance of it."""
    owner = known.node
    if not isinstance(owner, ast.ClassDef):
        return anything()
    method = state.classes.get(id(owner), {}).get(node.attr)
    if method is not None:
        bound = base if "instance" in base.traits else None
        called = Known(method, known.scope, owner, bound)
        return Value(function=called, name=f"self.{node.attr}")
    held = state.attributes.get((id(owner), node.attr))
    if held is not None:
        return held
    if node.attr in sources.REQUEST_NAMES:
        return anything("request", sources.REQUEST)
    if node.attr in ("path", "headers", "rfile") and "handler" in base.traits:
        return sources.entering(sources.WEB, True, node.lineno, f"self.{node.attr}")
    if node.attr == "wfile" and "handler" in base.traits:
        return anything("self.wfile", PAGE)
    return anything(f"self.{node.attr}")


def element_of(base: Value, index: Value) -> Value:
    """What stands in a container under an index or key."""
    key = index.const
    if isinstance(key, Unknown):
        return _any_element(base)
    if base.items is not None and isinstance(key, int):
        inside = -len(base.items) <= key < len(base.items)
        return base.items[key] if inside else NOTHING
    if base.table is not None:
        return base.table.get(key, NOTHING)
    if isinstance(base.const, str | bytes) and isinstance(key, int):
        result = constants.subscript(base.const, key)
        return NOTHING if isinstance(result, Unknown) else constant(result)
    return Value(base.taints, traits=base.traits & UPLOAD)


def _any_element(base: Value) -> Value:
    if base.items is not None:
        return either(base.items)
    if base.table is not None:
        return either(base.table.values())
    return Value(base.taints)


def each_of(iterable: Value) -> Value:
    """Any one element of what is iterated over."""
    if iterable.items is not None:
        return either(iterable.items)
    if iterable.table is not None:
        return NOTHING if not iterable.taints else either(iterable.table.values())
    return Value(iterable.taints)
