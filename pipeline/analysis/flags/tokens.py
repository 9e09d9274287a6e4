"""Signed tokens whose signature is not checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, has_star, is_value, keyword
from pipeline.analysis.flags.model import Flag

UNVERIFIED = "token-unverified"
READERS = ("jwt.decode", "jose.jwt.decode", "jwt.api_jwt.decode", "jwt.decode_complete")
UNCHECKED = (
    "jose.jwt.get_unverified_claims",
    "jose.jws.get_unverified_claims",
    "jwt.get_unverified_claims",
    "python_jwt.process_jwt",
)
WRITERS = ("jwt.encode", "jose.jwt.encode")
DECODED = re.compile(r"\bdecode\(")
SWITCHES = ("verify_signature",)


def look(facts: Facts) -> Iterator[Flag]:
    """Every token that is read without a check, or written without a signature."""
    for call in facts.calls_of(*READERS):
        if _is_unverified(facts, call):
            yield Flag(UNVERIFIED, call)
    for call in facts.calls_of(*UNCHECKED):
        if not facts.says(call, DECODED):
            yield Flag(UNVERIFIED, call)
    for call in facts.calls_of(*WRITERS):
        if _is_none(facts, argument(call, 2, "algorithm")):
            yield Flag(UNVERIFIED, call)


def _is_unverified(facts: Facts, call: ast.Call) -> bool:
    if is_value(facts.value(keyword(call, "verify")), value=False):
        return True
    options = facts.value(keyword(call, "options"))
    algorithms = argument(call, 2, "algorithms")
    if _turns_off(options) or _is_none(facts, algorithms):
        return True
    keyless = argument(call, 1, "key") is None and options is None
    return keyless and not has_star(call)


def _turns_off(options: ast.AST | None) -> bool:
    if isinstance(options, ast.Call):  # dict(verify_signature=False)
        return any(g.arg in SWITCHES and is_value(g.value, value=False) for g in options.keywords)
    if not isinstance(options, ast.Dict):
        return False
    pairs = zip(options.keys, options.values, strict=True)
    return any(
        isinstance(key, ast.Constant) and key.value in SWITCHES and is_value(value, value=False)
        for key, value in pairs
    )


def _is_none(facts: Facts, node: ast.expr | None) -> bool:
    """Whether the algorithm ``none`` is among those allowed."""
    found = facts.value(node)
    parts = found.elts if isinstance(found, ast.List | ast.Tuple | ast.Set) else [node]
    names = [facts.constant(part) for part in parts if part is not None]
    return any(isinstance(name, str) and name.lower() == "none" for name in names)
