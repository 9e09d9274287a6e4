"""Signatures and everything that no finding stood on: a repair leaves both as they were."""

from __future__ import annotations

import ast

from pipeline.analysis.ledger.pair import Pair, Touched, is_module
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Function, Statement, Unit
from pipeline.analysis.nodes import walk
from pipeline.analysis.types import VerdictCheck

HARMLESS = (ast.Import, ast.ImportFrom, ast.Pass)


def signatures_kept(pair: Pair) -> VerdictCheck:
    """Parameters with their order and defaults, decorators, ``async`` and the bases of classes."""
    changed = [
        f"{name}: {fault}"
        for name, unit in pair.old_units.items()
        if unit.node is not None and name in pair.new_units
        for fault in _differences(unit.node, pair.new_units[name].node, pair)
    ]
    return verdict_on(
        "signatures-kept", changed, "parameters, defaults and decorators are the same"
    )


def _differences(old: Function, new: Function | None, pair: Pair) -> list[str]:
    if new is None:
        return []
    faults = []
    if type(old) is not type(new):
        faults.append("async changed")
    if _parameters(old) != _parameters(new) and not _only_tightened(old, new, pair):
        faults.append("parameters changed")
    lost = [each for each in _dumped(old.decorator_list) if each not in _dumped(new.decorator_list)]
    if lost and not _is_flagged(old, pair):
        faults.append("a decorator is gone or changed")
    return faults


def _parameters(node: Function) -> str:
    """Names, kinds and defaults; annotations may be added."""
    args = node.args
    names = [
        *(a.arg for a in (*args.posonlyargs, *args.args)),
        "*" + (args.vararg.arg if args.vararg else ""),
        *(a.arg for a in args.kwonlyargs),
        "**" + (args.kwarg.arg if args.kwarg else ""),
    ]
    defaults = _dumped([*args.defaults, *(d for d in args.kw_defaults if d is not None)])
    return " ".join([*names, str(len(args.posonlyargs)), *defaults])


def _only_tightened(old: Function, new: Function, pair: Pair) -> bool:
    """A default that a finding stands on may change, as a hard-coded password does."""
    same_names = [a.arg for a in old.args.args] == [a.arg for a in new.args.args]
    return same_names and any(
        first <= default.lineno <= last
        for default in (*old.args.defaults, *old.args.kw_defaults)
        if default is not None
        for first, last in pair.flagged
    )


def _is_flagged(node: Function, pair: Pair) -> bool:
    lines = [each.lineno for each in node.decorator_list]
    return any(first <= line <= last for line in lines for first, last in pair.flagged)


def _dumped(nodes: list[ast.expr]) -> list[str]:
    return [ast.dump(node) for node in nodes]


def rest_unchanged(pair: Pair) -> VerdictCheck:
    """Statements without a finding stand in the same order; nothing is added where none stood."""
    faults = [fault for touched in pair.touched for fault in _damage(touched, pair)]
    faults += [
        f"{unit.name}: new, and nothing uses it"
        for unit in pair.new_only
        if not _is_used(unit, pair)
    ]
    return verdict_on("rest-unchanged", faults, "only what findings stood on was changed")


def _damage(touched: Touched, pair: Pair) -> list[str]:
    name = touched.unit.name
    faults = [
        f"{name}: line {statement.line} is gone, changed or moved"
        for statement in touched.lost
        if not _is_import(statement)
    ]
    if not touched.was_targeted and not is_module(touched.unit):
        faults += [f"{name}: changed, and nothing had been found there"] * bool(touched.added)
    elif is_module(touched.unit) and not touched.was_targeted:
        faults += [
            f"line {statement.line} is new, and nothing had been found there"
            for statement in touched.added
            if not _is_preparation(statement)
        ]
    return faults


def _is_import(statement: Statement) -> bool:
    return isinstance(statement.node, HARMLESS)


def _is_preparation(statement: Statement) -> bool:
    """Imports, and constants that a repair reads: an allow-list, a pattern, a base folder."""
    node = statement.node
    if isinstance(node, HARMLESS):
        return True
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name)
    return isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets)


def _is_used(unit: Unit, pair: Pair) -> bool:
    last = unit.name.rpartition(".")[2].partition("#")[0]
    return any(
        (isinstance(node, ast.Name) and node.id == last)
        or (isinstance(node, ast.Attribute) and node.attr == last)
        for node in walk(pair.after)
    )
