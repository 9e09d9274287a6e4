"""Temporary names that somebody else could take first become files of our own (CWE-377)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.source import Source

TITLE = "The temporary file is created at once, readable by its owner only, not just named"

OPENERS = {"builtins.open", "io.open"}
WRITING = {"w", "a", "wb", "ab", "wt", "at", "w+", "a+", "w+b", "wb+", "a+b", "ab+", "wt+", "w+t"}
ABSENT = (
    "The code does not show that the name is opened for writing next; a program that needs the "
    "path not to exist would break. Use tempfile.mkstemp or mkdtemp."
)
FORM = "The name is not simply assigned to a variable; use tempfile.mkstemp and close its handle."
TAKEN = "The names os and tempfile are not both free for their modules in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan ``mkstemp`` for every ``mktemp`` whose name is opened for writing right after."""
    for call, _ in source.calls_of({"tempfile.mktemp"}):
        _consider(source, plan, call)


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    line, name = source.line(call), _variable(source, call)
    if name is None or arguments.has_star(call):
        plan.refuse(line, FORM)
    elif not _is_written_next(source, call, name):
        plan.refuse(line, ABSENT)
    else:
        _plan_mkstemp(source, plan, call, name)


def _variable(source: Source, call: cst.Call) -> cst.Name | None:
    """The plain variable of a line that is nothing but ``variable = mktemp(...)``."""
    assign = source.parent(call)
    if not isinstance(assign, cst.Assign) or len(assign.targets) != 1:
        return None
    line = source.parent(assign)
    alone = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    target = assign.targets[0].target
    return target if alone and isinstance(target, cst.Name) else None


def _is_written_next(source: Source, call: cst.Call, name: cst.Name) -> bool:
    """Whether the first use of ``name``, in the same block, opens it for writing."""
    scope = source.scope(name)
    bindings = list(scope[name.value]) if scope else []
    if len(bindings) != 1:
        return False
    uses = sorted(source.span(use.node) for use in bindings[0].references)
    line = source.around(call, cst.SimpleStatementLine)
    opened = [c for c, _ in source.calls_of(OPENERS) if _opens_for_writing(c, name)]
    return bool(line and uses and opened) and any(
        source.span(c.args[0]) == uses[0] and _same_block(source, c, line) for c in opened
    )


def _opens_for_writing(call: cst.Call, name: cst.Name) -> bool:
    first = arguments.positional(call, 0)
    return (
        first is not None
        and isinstance(first.value, cst.Name)
        and first.value.value == name.value
        and arguments.literal(call, "mode", 1) in WRITING
    )


def _same_block(source: Source, call: cst.Call, line: cst.SimpleStatementLine | None) -> bool:
    """Whether ``call`` runs whenever ``line`` ran: in a sibling statement or ``with`` head."""
    if line is None or source.span(call) < source.span(line):
        return False
    inner: cst.CSTNode = call
    for outer in source.ancestors(call):
        if outer is source.parent(line):
            return isinstance(inner, (cst.SimpleStatementLine, cst.With))
        if isinstance(outer, (cst.IfExp, cst.BooleanOperation, cst.Lambda, cst.IndentedBlock)):
            return False
        inner = outer
    return False


def _plan_mkstemp(source: Source, plan: Plan, call: cst.Call, name: cst.Name) -> None:
    """``fd, name = tempfile.mkstemp(...)`` and closing the handle on a line of its own."""
    here, system = reach(source, "tempfile", call), reach(source, "os", call)
    line = source.around(call, cst.SimpleStatementLine)
    if here is None or system is None or line is None:
        plan.refuse(source.line(call), TAKEN)
        return
    start = source.span(line)[0]
    handle = _free_name(source, f"{name.value}_handle")
    indent = source.raw[source.line_start(start) : start].decode()
    newline = source.newline_at(source.span(call)[1])
    after = _end_of_line(source, source.span(call)[1])
    close = f"{newline}{indent}{system.name}.close({handle})"
    plan.repair(
        source.line(call),
        TITLE,
        Edit(start, start, f"{handle}, "),
        arguments.replace(source, call.func, f"{here.name}.mkstemp"),
        Edit(after, after, close),
        needs=(here, system),
    )


def _end_of_line(source: Source, offset: int) -> int:
    rest = source.raw[offset:].splitlines()
    return offset + (len(rest[0]) if rest else 0)


def _free_name(source: Source, wish: str) -> str:
    """``wish``, with underscores added until the file does not use it."""
    while wish in source.text:
        wish += "_"
    return wish


FIXER = Fixer(
    id="mktemp",
    title="Temporary names that others can take first",
    cwe=377,
    repairs="tempfile.mktemp whose name is then opened for writing becomes mkstemp.",
    answers=("B306", "S306"),
    sign=re.compile(r"mktemp"),
    look=look,
    proven=True,
)
