"""Text that is surely data is read as data and not run as Python (CWE-95)."""

from __future__ import annotations

import ast
import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.source import Source

TITLE = "The text is read as a Python literal; anything else in it is refused"

RUNS = (
    "Whether the text only ever holds data cannot be seen here; read data with json or "
    "ast.literal_eval, and map names to functions with a dictionary."
)
NAMES = "The expression gets names to use, so it is meant to be run; use a parser for formulas."
NO_NAME = "The names ast and _ast mean something else in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan ``ast.literal_eval`` for every ``eval`` of text that this program wrote as data."""
    for call, _ in source.calls_of({"builtins.eval"}):
        _consider(source, plan, call)


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    line = source.line(call)
    if len(call.args) != 1 or arguments.has_star(call):
        plan.refuse(line, NAMES)
        return
    need = reach(source, "ast", call)
    if not _is_data(source, call.args[0].value):
        plan.refuse(line, RUNS)
    elif need is None:
        plan.refuse(line, NO_NAME)
    else:
        edit = arguments.replace(source, call.func, f"{need.name}.literal_eval")
        plan.repair(line, TITLE, edit, needs=(need,))


def _is_data(source: Source, node: cst.BaseExpression) -> bool:
    """Whether every value that ``node`` can have is the text of a literal."""
    values = source.assigned_values(node) if isinstance(node, cst.Name) else [node]
    return bool(values) and all(_is_literal_text(constant(value)) for value in values)


def _is_literal_text(text: object) -> bool:
    if not isinstance(text, str):
        return False
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True


FIXER = Fixer(
    id="eval-literal",
    title="Data that is run as Python",
    cwe=95,
    repairs="eval of a text that holds nothing but a literal becomes ast.literal_eval.",
    answers=("B307", "S307"),
    sign=re.compile(r"\beval\b"),
    look=look,
    proven=True,
)
