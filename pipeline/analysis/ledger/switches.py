"""Switches and secrets: set where they stand, and not fixed, encoded or undone elsewhere."""

from __future__ import annotations

import ast

from pipeline.analysis.ledger.counterparts import (
    BUILT_IN,
    SWITCH_NAMES,
    counterparts,
    is_constant,
)
from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Statement, nodes_of
from pipeline.analysis.names import last_name
from pipeline.analysis.types import VerdictCheck

SECRETS = frozenset((259, 260, 321, 522, 547, 798))
# Arguments whose value may well be a name: they hold data, or are decided by whoever deploys.
FROM_ELSEWHERE = frozenset((
    "params", "parameters", "password", "passwd", "key", "token", "secret", "host", "context",
    "options",
))  # fmt: skip
DECODERS = frozenset(
    ("b64decode", "b32decode", "b16decode", "fromhex", "unhexlify", "decode", "chr")
)
# Arguments that repairs add to a call that was there.
HARMLESS = frozenset((
    "timeout", "check", "capture_output", "text", "encoding", "stdout", "stderr", "stdin", "input",
    "errors", "exist_ok", "flags", "n", "r", "p", "salt", "dklen", "maxmem", "digestmod", "cafile",
    "detect_types", "dtd_validation", "audience", "issuer", "leeway", "max_age",
))  # fmt: skip


def switches_set(pair: Pair) -> VerdictCheck:
    """A switch or a secret is decided where it stands, and not by a fixed value kept elsewhere."""
    faults = [
        f"line {node.lineno}: {fault}"
        for node in nodes_of(pair.added)
        if isinstance(node, ast.Call)
        for fault in _call_faults(node, pair)
    ]
    faults += [fault for node in nodes_of(pair.added) for fault in _switched_off(node)]
    faults += _added_arguments(pair)
    if pair.weaknesses & SECRETS:
        faults += [
            f"line {each.line}: another fixed value" for each in pair.added if _is_fixed(each)
        ]
    return verdict_on("switches-set", faults, "switches are set, and no secret is fixed")


def _added_arguments(pair: Pair) -> list[str]:
    """Named arguments that a call did not have, and that no repair needs."""
    faults = []
    for both in counterparts(pair):
        old, new = _named(both.old), _named(both.new)
        for name in sorted(set(old) & set(new)):
            extra = new[name] - old[name] - SWITCH_NAMES - HARMLESS
            faults += [
                f"line {both.new.line}: {argument}= of {name}() is new"
                for argument in sorted(extra)
            ]
    return faults


def _named(statement: Statement) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in nodes_of([statement]):
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            found.setdefault(name, set()).update(k.arg for k in node.keywords if k.arg)
    return found


def _switched_off(node: ast.AST) -> list[str]:
    """Checks that are switched off where they are made: ``verify_exp`` and its like."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Call):
        pairs = [(k.arg, k.value) for k in node.keywords if k.arg]
    elif isinstance(node, ast.Dict):
        pairs = [
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        ]
    return [
        f"line {node.lineno}: {name} is switched off"  # type: ignore[attr-defined]
        for name, value in pairs
        if name.startswith(("verify", "check_", "require"))
        and isinstance(value, ast.Constant)
        and value.value is False
    ]


def _call_faults(call: ast.Call, pair: Pair) -> list[str]:
    faults = [
        f"{keyword.arg}= is decided elsewhere"
        for keyword in call.keywords
        if keyword.arg in SWITCH_NAMES - FROM_ELSEWHERE and _is_indirect(keyword.value)
    ]
    name = last_name(call.func)
    if name in DECODERS and call.args and isinstance(call.args[0], ast.Constant):
        faults.append("a text is decoded that was written down encoded")
    if (
        name == "select_autoescape"
        and (call.args or call.keywords)
        and "html" not in ast.dump(call)
    ):
        faults.append("HTML is not among what is escaped")
    if name in ("get", "getenv") and len(call.args) == 2 and pair.weaknesses & SECRETS:
        default = call.args[1]
        if isinstance(default, ast.Constant) and isinstance(default.value, str) and default.value:
            faults.append("the secret stands there as a default")
    return faults


def _is_indirect(value: ast.expr) -> bool:
    if isinstance(value, ast.Name):
        return True
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in BUILT_IN


def _is_fixed(statement: Statement) -> bool:
    node = statement.node
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    is_text = isinstance(node.value, ast.Constant | ast.BinOp | ast.JoinedStr)
    is_none = isinstance(node.value, ast.Constant) and node.value.value is None
    return is_text and not is_none and is_constant(node.value)
