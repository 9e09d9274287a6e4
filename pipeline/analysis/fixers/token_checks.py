"""Signatures of JSON web tokens are checked again (CWE-347)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.source import Source

TITLE = "The signature of the token is checked"
READERS = {"jwt.decode", "jwt.api_jwt.decode"}
NO_KEY = "The call names no key or no algorithms, so there is nothing to check the signature with."
UNCLEAR = "The options are not written in the call, so what they switch off cannot be seen."


def look(source: Source, plan: Plan) -> None:
    """Plan the check for every token that is read without one."""
    for call, _ in source.calls_of(READERS):
        verify = arguments.keyword(call, "verify")
        options = arguments.argument(call, "options", 3)
        switch = _switch(options)
        if verify is not None and is_name(verify.value, "False"):
            _consider(source, plan, call, arguments.drop(source, call, verify))
        elif switch is not None:
            _consider(source, plan, call, arguments.replace(source, switch, "True"))
        else:
            _consider_algorithms(source, plan, call)


def _switch(options: cst.Arg | None) -> cst.BaseExpression | None:
    """The value ``False`` of ``verify_signature`` in a dictionary written in the call."""
    if options is None or not isinstance(options.value, cst.Dict):
        return None
    for element in options.value.elements:
        if isinstance(element, cst.DictElement) and constant(element.key) == "verify_signature":
            return element.value if is_name(element.value, "False") else None
    return None


def _consider(source: Source, plan: Plan, call: cst.Call, edit: Edit | None) -> None:
    key = arguments.argument(call, "key", 1)
    algorithms = arguments.argument(call, "algorithms", 2)
    named = algorithms is not None and _names(algorithms)
    keyed = key is not None and constant(key.value) != "" and not is_name(key.value, "None")
    if edit is None or arguments.has_star(call):
        plan.refuse(source.line(call), UNCLEAR)
    elif not keyed or not named or "none" in (named or []):
        plan.refuse(source.line(call), NO_KEY)
    else:
        plan.repair(source.line(call), TITLE, edit)


def _names(algorithms: cst.Arg) -> list[str]:
    names = constant(algorithms.value)
    listed = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    return [str(name).lower() for name in names] if listed else []  # type: ignore[attr-defined]


def _consider_algorithms(source: Source, plan: Plan, call: cst.Call) -> None:
    """Take ``none`` out of a list that has other algorithms too."""
    algorithms = arguments.argument(call, "algorithms", 2)
    names = _names(algorithms) if algorithms is not None else []
    if algorithms is None or "none" not in names:
        return
    values = constant(algorithms.value)
    kept = [name for name in values if name.lower() != "none"]  # type: ignore[attr-defined]
    if not kept:
        plan.refuse(source.line(call), NO_KEY)
        return
    quote = '"' if '"' in source.code(algorithms.value) else "'"
    text = ", ".join(f"{quote}{name}{quote}" for name in kept)
    plan.repair(source.line(call), TITLE, arguments.replace(source, algorithms.value, f"[{text}]"))


FIXER = Fixer(
    id="token-checks",
    title="Tokens that are read without checking their signature",
    cwe=347,
    repairs="jwt.decode with a key and algorithms no longer switches the check off or allows none.",
    answers=("token-unverified",),
    sign=re.compile(r"\bjwt\b"),
    look=look,
)
