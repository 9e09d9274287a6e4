"""Secrets compared in a time that tells how much of them was right."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, words
from pipeline.analysis.flags.model import Flag

TIMED = "timed-comparison"
MACS = ("hmac.new", "hmac.digest")
SIGNED = frozenset(("signature", "hmac", "mac", "sig"))
EXPECTED = frozenset(("expected", "computed", "calculated", "generated"))
ABOUT = frozenset(("type", "method", "algorithm", "name", "version", "header", "count", "len"))


def look(facts: Facts) -> Iterator[Flag]:
    """Every ``==`` of an authentication code."""
    for node in facts.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            equal = isinstance(node.ops[0], ast.Eq | ast.NotEq)
            if equal and _is_guarded(facts, node.left, node.comparators[0]):
                yield Flag(TIMED, node)


def _is_guarded(facts: Facts, one: ast.expr, other: ast.expr) -> bool:
    if any(isinstance(facts.value(side), ast.Constant) for side in (one, other)):
        return False
    if _is_mac(facts, one) or _is_mac(facts, other):
        return True
    left, right = _plain_words(one), _plain_words(other)
    if (left | right) & ABOUT:
        return False
    named = (left & SIGNED and right & EXPECTED) or (right & SIGNED and left & EXPECTED)
    return bool(named)


def _is_mac(facts: Facts, node: ast.expr) -> bool:
    """Whether ``node`` is, or is bound to, what hmac made."""
    found = facts.value(node)
    while isinstance(found, ast.Call):
        if facts.name(found.func) in MACS:
            return True
        found = facts.value(found.func.value) if isinstance(found.func, ast.Attribute) else None
    return False


def _plain_words(node: ast.expr) -> frozenset[str]:
    """The words of a plain variable, attribute or item; of nothing else."""
    return (
        words(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else frozenset()
    )
