"""Repaired statements beside their originals: what each reads and computes stays the same."""

from __future__ import annotations

import ast
import builtins
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Statement, loaded_names, nodes_of, stored_names
from pipeline.analysis.names import Imports, last_name
from pipeline.analysis.nodes import walk
from pipeline.analysis.types import VerdictCheck

# Weaknesses of a single switch: nothing but its argument may change.
SWITCHES = frozenset((215, 295, 489, 614, 1004, 1275))
ORDERED = frozenset((77, 78, 88, 89, 90, 91, 643))
# Arguments that switch something on or off, or say whom to trust.
SWITCH_NAMES = frozenset((
    "shell", "verify", "debug", "Loader", "usedforsecurity", "autoescape", "options", "algorithms",
    "secure", "httponly", "samesite", "mode", "check_hostname", "cert_reqs", "host", "verify_mode",
    "resolve_entities", "no_network", "load_dtd", "password", "passwd", "secret", "key", "token",
    "filter", "ssl_version", "policy", "delete", "params", "parameters", "iterations", "context",
))  # fmt: skip
BUILT_IN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Counterpart:
    """A removed statement and the added one that took its place."""

    old: Statement
    new: Statement


def counterparts(pair: Pair) -> Iterator[Counterpart]:
    """Removed and added statements of one unit, matched by kind and by what they bind, in order."""
    for touched in pair.touched:
        free = list(touched.added)
        for old in touched.removed:
            new = _best(old, free)
            if new is not None:
                free.remove(new)
                yield Counterpart(old, new)


def _best(old: Statement, free: list[Statement]) -> Statement | None:
    alike = [each for each in free if type(each.node) is type(old.node)]
    bound = stored_names(old)
    same = [each for each in alike if stored_names(each) == bound]
    return next(iter(same if bound else alike), None)


def inputs_kept(pair: Pair) -> VerdictCheck:
    """Every value that the original statements read is still read, and nothing is turned round."""
    faults = [f"{name} is no longer used" for name in sorted(_lost_inputs(pair))]
    faults += [f".{name} is no longer read" for name in sorted(_lost_attributes(pair))]
    faults += [fault for each in counterparts(pair) for fault in _faults(each, pair)]
    faults += [
        f"line {each.line} leaves a loop early"
        for each in pair.added
        if isinstance(each.node, ast.Break)
    ]
    return verdict_on("inputs-kept", faults, "the same values are read and put together")


def _lost_inputs(pair: Pair) -> set[str]:
    """Names of data: no functions, modules or names that the removed statements bound."""
    old, new = pair.removed, pair.added
    if not old:
        return set()
    bound = {name for each in old for name in stored_names(each)}
    read = {name for each in new for name in loaded_names(each)}
    wanted = {name for each in old for name in _data_names(each)}
    known = set(pair.old_imports.names) | BUILT_IN
    return wanted - read - bound - known


def _data_names(statement: Statement) -> set[str]:
    return {node.id for node in _data_nodes(statement)}


def _data_nodes(statement: Statement) -> list[ast.Name]:
    nodes = nodes_of([statement])
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]


def _lost_attributes(pair: Pair) -> set[str]:
    """Attributes of values, and of no module, that are read no more: ``sent.filename``."""
    return _attributes(pair.removed, pair.old_imports) - _attributes(pair.added, pair.new_imports)


def _attributes(statements: list[Statement], imports: Imports) -> set[str]:
    nodes = nodes_of(statements)
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and id(node) not in called
        and imports.full_name(node).partition(".")[0] not in imports.modules
    }


def _is_reordered(both: Counterpart) -> bool:
    """Whether values of a text or a command come in another order than they did."""
    old, new = _in_order(both.old), _in_order(both.new)
    common = set(old) & set(new)
    return [n for n in old if n in common] != [n for n in new if n in common]


def _in_order(statement: Statement) -> list[str]:
    """Names of data by where they stand first, without what the statement binds."""
    nodes = sorted(_data_nodes(statement), key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(n.id for n in nodes if isinstance(n.ctx, ast.Load)))


def _faults(both: Counterpart, pair: Pair) -> list[str]:
    line = both.new.line
    faults = [f"line {line}: {name} is new" for name in _new_signs(both)]
    is_switch = bool(pair.weaknesses) and pair.weaknesses <= SWITCHES
    is_switch = is_switch and not _sets_switch(both)
    if is_switch and _without_switches(both.old) != _without_switches(both.new):
        faults.append(f"line {line}: more than a switch was changed")
    if pair.weaknesses & ORDERED and _is_reordered(both):
        faults.append(f"line {line}: values come in another order")
    return faults


def _sets_switch(both: Counterpart) -> bool:
    """Whether a setting that was off, such as a cookie's, is on where it stood."""
    old, new = both.old.node, both.new.node
    if not isinstance(old, ast.Assign) or not isinstance(new, ast.Assign):
        return False
    same = [ast.dump(part) for part in old.targets] == [ast.dump(part) for part in new.targets]
    was_off = isinstance(old.value, ast.Constant) and old.value.value is False
    is_on = isinstance(new.value, ast.Constant) and new.value.value is True
    return same and was_off and (is_on or _follows_debug(new))


def _new_signs(both: Counterpart) -> list[str]:
    """Operators that a statement did not have: negations, choices, arithmetic on values."""
    new, old = _signs(both.new), _signs(both.old)
    if _calls(both.new, "compare_digest") > _calls(both.old, "compare_digest"):
        lost, gained = old["NotEq"] - new["NotEq"], new["Not"] - old["Not"]
        if lost != gained:
            return ["a comparison that is turned round"]
        old["Not"] = new["Not"]  # what was written != is written not compare_digest(...)
    if _follows_debug(both.new.node):
        old["Not"] = new["Not"]
    return list(new - old)


def _follows_debug(node: ast.AST) -> bool:
    """Whether ``node`` is a cookie's ``..._SECURE = not DEBUG``, off where there is no HTTPS."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.UnaryOp):
        return False
    target, operand = node.targets[0], node.value.operand
    secure = isinstance(target, ast.Name) and target.id.endswith("_COOKIE_SECURE")
    return secure and isinstance(operand, ast.Name) and operand.id == "DEBUG"


def _calls(statement: Statement, name: str) -> int:
    calls = (node for node in nodes_of([statement]) if isinstance(node, ast.Call))
    return sum(1 for call in calls if last_name(call.func) == name)


def _signs(statement: Statement) -> Counter[str]:
    return Counter(name for node in nodes_of([statement]) for name in _signs_of(node))


def _signs_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.BinOp):  # a slash joins paths
        is_plain = is_constant(node) or isinstance(node.op, ast.Div)
        return [] if is_plain else [type(node.op).__name__]
    if isinstance(node, ast.UnaryOp | ast.BoolOp):
        return [type(node.op).__name__]
    if isinstance(node, ast.IfExp | ast.Starred | ast.Lambda):
        return [type(node).__name__]
    return [type(op).__name__ for op in node.ops] if isinstance(node, ast.Compare) else []


def is_constant(node: ast.AST) -> bool:
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute) for each in walk(node))


def _without_switches(statement: Statement) -> str:
    """The statement's tree with the arguments that switch something left out."""
    copies = [copy.deepcopy(part) for part in statement.parts]
    for node in (each for part in copies for each in walk(part)):
        if isinstance(node, ast.Call):
            node.keywords = [k for k in node.keywords if k.arg not in SWITCH_NAMES]
    return " ".join(ast.dump(part) for part in copies)
