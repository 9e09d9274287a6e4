"""Files that a visitor names are sent from their folder only (CWE-22)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.imports import reach_member
from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.source import Source

TITLE = "The file is sent only from its folder; a name that leads out of it is not found"
JOINS = {"os.path.join", "posixpath.join"}
FOLDERS = re.compile(r"^[A-Z][A-Z0-9_]*$")

UNCLEAR = "Which part of the path is the folder and which the name of the file is not clear."
TAKEN = "The name send_from_directory means something else in this file."
HANDLED = "The program handles a missing file itself; a name that leads out would be a new error."


def look(source: Source, plan: Plan) -> None:
    """Plan ``send_from_directory`` for every ``send_file`` of a folder joined with a name."""
    for call, _ in source.calls_of({"flask.send_file"}):
        path = arguments.argument(call, "path_or_file", 0)
        joined = None if path is None else _joined(source, call, path.value)
        if joined is not None and path is not None:
            _consider(source, plan, call, path, joined)


def _joined(source: Source, call: cst.Call, node: cst.BaseExpression) -> cst.Call | None:
    """The join that makes the path, in place or in a variable used for this call alone."""
    values = source.assigned_values(node) if isinstance(node, cst.Name) else [node]
    found = values[0] if len(values) == 1 else None
    if not isinstance(found, cst.Call) or source.api(found.func) not in JOINS:
        return None
    return found


def _consider(source: Source, plan: Plan, call: cst.Call, path: cst.Arg, joined: cst.Call) -> None:
    line = source.line(call)
    plain = all(arg.keyword is None and not arg.star for arg in joined.args)
    if joined is not path.value or len(joined.args) != 2 or not plain or not _can_pass(call):
        plan.refuse(line, UNCLEAR)
        return
    folder, name = joined.args[0].value, joined.args[1].value
    if constant(name) is not None:
        return
    fixed_folder = isinstance(constant(folder), str) or _is_setting(source, folder)
    if not fixed_folder or not _is_from_visitor(source, name):
        plan.refuse(line, UNCLEAR)
    elif source.around(call, cst.Try) is not None or "FileNotFoundError" in source.text:
        plan.refuse(line, HANDLED)
    else:
        _plan(source, plan, call, path, (folder, name))


def _can_pass(call: cst.Call) -> bool:
    """Whether all but the path are given by name, which both functions understand."""
    return not arguments.has_star(call) and arguments.positional(call, 1) is None


def _is_from_visitor(source: Source, name: cst.BaseExpression) -> bool:
    """Whether ``name`` is a parameter of the view or read from the request.

    A name that was stored may be a whole path, which only the join understands.
    """
    values = source.assigned_values(name) or [name]
    if all(source.code(value).startswith(("request.", "flask.request.")) for value in values):
        return True
    view = source.function(name)
    parameters = view.params.params if view is not None else ()
    known = {parameter.name.value for parameter in parameters}
    scope = source.scope(name)
    once = isinstance(name, cst.Name) and scope is not None and len(scope[name.value]) == 1
    return once and isinstance(name, cst.Name) and name.value in known


def _is_setting(source: Source, folder: cst.BaseExpression) -> bool:
    """A constant of the module, or a setting of the application."""
    if isinstance(folder, cst.Name):
        return FOLDERS.match(folder.value) is not None and len(source.bindings(folder.value)) == 1
    return (
        re.match(r"(\w+\.)?config\[", source.code(folder).replace("current_app.", "")) is not None
    )


def _plan(
    source: Source,
    plan: Plan,
    call: cst.Call,
    path: cst.Arg,
    parts: tuple[cst.BaseExpression, cst.BaseExpression],
) -> None:
    need = reach_member(source, "flask", "send_from_directory", call)
    if need is None:
        plan.refuse(source.line(call), TAKEN)
        return
    folder, name = (source.code(part) for part in parts)
    given = f"{folder}, {name}" if path.keyword is None else f"directory={folder}, path={name}"
    edits = arguments.replace(source, call.func, need.name), arguments.replace(source, path, given)
    plan.repair(source.line(call), TITLE, *edits, needs=(need,))


FIXER = Fixer(
    id="sent-files",
    title="Files outside of their folder that visitors can name",
    cwe=22,
    repairs="Flask's send_file(os.path.join(FOLDER, name)) becomes send_from_directory.",
    answers=("flow-path",),
    sign=re.compile(r"\bsend_file\b"),
    look=look,
    proven=True,
)
