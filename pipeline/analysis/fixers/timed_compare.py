"""Signatures are compared in a time that does not depend on them (CWE-208)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.source import Source

TITLE = "The comparison takes the same time however much of the signature is right"
MACS = {"hmac.new", "hmac.HMAC"}
TEXT = '{}.encode("utf-8", "surrogatepass")'

NOT_TEXT = (
    "What the signature is compared with may be text or bytes; make both bytes and compare them "
    "with hmac.compare_digest."
)
NO_NAME = "The names hmac and _hmac mean something else in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan ``compare_digest`` for every ``==`` with what hmac made."""
    for node in source.all(cst.Comparison):
        operator = node.comparisons[0].operator if len(node.comparisons) == 1 else None
        if isinstance(operator, cst.Equal | cst.NotEqual):
            _consider(source, plan, node, negated=isinstance(operator, cst.NotEqual))


def _consider(source: Source, plan: Plan, node: cst.Comparison, *, negated: bool) -> None:
    left, right = node.left, node.comparisons[0].comparator
    kinds = [_kind(source, side) for side in (left, right)]
    if not any(kinds):
        return
    line, need = source.line(node), reach(source, "hmac", node)
    if "digest" in kinds or any("\n" in source.code(side) for side in (left, right)):
        plan.refuse(line, NOT_TEXT)
    elif need is None:
        plan.refuse(line, NO_NAME)
    else:
        one, other = (_as_bytes(source, s, k) for s, k in zip((left, right), kinds, strict=True))
        text = f"{'not ' if negated else ''}{need.name}.compare_digest({one}, {other})"
        whole = f"({text})" if negated and not _stands_alone(source, node) else text
        plan.repair(line, TITLE, arguments.replace(source, node, whole), needs=(need,))


def _kind(source: Source, node: cst.BaseExpression) -> str:
    """``hexdigest`` or ``digest`` where ``node`` is surely that of an hmac, else empty."""
    values = source.assigned_values(node) if isinstance(node, cst.Name) else [node]
    kinds = {_digest_of(source, value) for value in values}
    return kinds.pop() if len(kinds) == 1 else ""


def _digest_of(source: Source, node: cst.BaseExpression) -> str:
    """The method, where ``node`` is ``hmac.new(...).hexdigest()`` or of a variable that is one."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.args:
        return ""
    owner, method = node.func.value, node.func.attr.value
    made = isinstance(owner, cst.Call) and source.api(owner.func) in MACS
    made |= bool(source.made_by(owner)) and source.made_by(owner) <= MACS
    return method if made and method in ("hexdigest", "digest") else ""


def _as_bytes(source: Source, node: cst.BaseExpression, kind: str) -> str:
    """Code of the bytes of one side; what is no text is not equal to one, as before."""
    code = source.code(node)
    return f"{code}.encode()" if kind else TEXT.format(f"str({code})")


def _stands_alone(source: Source, node: cst.Comparison) -> bool:
    """Whether ``not`` may be written in front of it without parentheses."""
    around = source.parent(node)
    return isinstance(around, cst.If | cst.Return | cst.Assign | cst.Assert | cst.Arg) or bool(
        node.lpar
    )


FIXER = Fixer(
    id="timed-compare",
    title="Signatures compared with ==",
    cwe=208,
    repairs="== and != with the hexdigest of an hmac become hmac.compare_digest.",
    answers=("timed-comparison",),
    sign=re.compile(r"\bhmac\b"),
    look=look,
    proven=True,
)
