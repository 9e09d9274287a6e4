"""Telling plain values from pieces of a page that the program wrote itself.

Escaping a plain value changes nothing that an honest visitor sees; escaping a piece of the
program's own HTML would show its tags. So a value counts as plain only where all that it can be is
seen and holds no markup, or where it comes in from outside of the function.
"""

from __future__ import annotations

import re

import libcst as cst
from libcst.metadata import FunctionScope

from pipeline.analysis.fixers.built_text import Built
from pipeline.analysis.fixers.source import Source

OWN_MARKUP = re.compile(
    r"html|markup|content|body|template|rows|snippet|render|widget|icon|css|style|escape|clean",
    re.IGNORECASE,
)
PLAIN_METHODS = {"get", "strip", "lower", "upper", "title", "capitalize", "strftime", "isoformat"}
PLAIN_BUILTINS = {
    "builtins.str",
    "builtins.int",
    "builtins.float",
    "builtins.len",
    "builtins.round",
}
PLAIN_BUILTINS |= {"builtins.input"}
#: What makes a page where escaping alone does not make a value harmless, and such places.
SCRIPTED = re.compile(r"<script|<style|javascript:|\bon\w{1,30}\s?=", re.IGNORECASE)
UNQUOTED = re.compile(r"(href|src|action)\s?=\s?\\?[\"']?$|=$", re.IGNORECASE)
LOOK_BACK = 40  # characters in front of a value that tell where it stands


def stands_badly(built: Built) -> bool:
    """Whether a value stands where escaping does not help: scripts, addresses, without quotes."""
    seen = ""
    for part in built.parts:
        seen = (seen + part.text)[-LOOK_BACK:]
        if part.value is not None and UNQUOTED.search(seen):
            return True
    return SCRIPTED.search(built.constant) is not None


def is_plain(source: Source, node: cst.BaseExpression) -> bool:
    """Whether ``node`` surely holds no markup of the program's own."""
    code = source.code(node)
    last = code.rpartition(".")[2]
    if OWN_MARKUP.search(code) or "<" in code or last.isupper():
        return False
    if isinstance(node, cst.Call):
        return _is_plain_call(source, node)
    if isinstance(node, cst.Name):
        return _is_plain_variable(source, node)
    return isinstance(node, cst.Attribute | cst.Subscript | cst.Integer | cst.SimpleString)


def _is_plain_call(source: Source, call: cst.Call) -> bool:
    if source.api(call.func) in PLAIN_BUILTINS:
        return True
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in PLAIN_METHODS


def _is_plain_variable(source: Source, name: cst.Name) -> bool:
    """A parameter that nobody hands markup, or a variable whose every value is seen and plain."""
    around = source.function(name) or source.module
    if name.value in _added_to(source, around):
        return False
    values = source.assigned_values(name)
    if values:
        return all(not isinstance(v, cst.Name) and is_plain(source, v) for v in values)
    return _is_parameter(source, name) and not _is_handed_markup(source, around)


def _is_parameter(source: Source, name: cst.Name) -> bool:
    scope = source.scope(name)
    bindings = list(scope[name.value]) if isinstance(scope, FunctionScope) else []
    return len(bindings) == 1 and isinstance(bindings[0].node, cst.Name | cst.Param)  # type: ignore[attr-defined]


def _added_to(source: Source, around: cst.CSTNode) -> set[str]:
    """The names that ``+=`` adds to in a function."""
    key = ("added to", around)
    if key not in source.memory:
        targets = [assign.target for assign in source.within(around, cst.AugAssign)]
        source.memory[key] = {each.value for each in targets if isinstance(each, cst.Name)}
    found: set[str] = source.memory[key]
    return found


def _is_handed_markup(source: Source, around: cst.CSTNode) -> bool:
    """Whether the function is called in this file with something that looks like markup."""
    if not isinstance(around, cst.FunctionDef):
        return True
    return around.name.value in _handed_markup(source)


def _handed_markup(source: Source) -> set[str]:
    """The names of all functions that this file calls with something that looks like markup."""
    if "handed markup" not in source.memory:
        source.memory["handed markup"] = {
            _last_name(call.func)
            for call in source.calls
            if any(_looks_like_markup(source.code(arg)) for arg in call.args)
        }
    found: set[str] = source.memory["handed markup"]
    return found


def _last_name(func: cst.BaseExpression) -> str:
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def _looks_like_markup(code: str) -> bool:
    return "<" in code or OWN_MARKUP.search(code) is not None
