"""Debug modes that would run in production (CWE-489)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.imports import reach
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.source import Source

FLASK = "Flask's debugger, which lets anybody who reaches it run code, is off"
DJANGO = (
    "DEBUG is off unless the environment says DJANGO_DEBUG=1; ALLOWED_HOSTS must name the hosts"
)

SETTINGS_NAMES = {"INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "DATABASES", "SECRET_KEY"}
SETTINGS_NAMES |= {"ALLOWED_HOSTS", "TEMPLATES", "WSGI_APPLICATION"}
FOR_DEVELOPERS = re.compile(r"(^|[^a-z])(dev|develop|development|local|tests?|debug)([^a-z]|$)")

NOT_FLASK = "Whether this is a Flask application is not clear from this file; debug stays as it is."
NOT_SETTINGS = "Whether this is a Django settings module is not clear from this file."
DEVELOPERS = "The file's name says that it is for development, where debug is meant to be on."


def look(source: Source, plan: Plan) -> None:
    """Plan to turn off every debug switch that is evidently Flask's or Django's."""
    for call in source.calls:
        debug = arguments.keyword(call, "debug")
        if debug is not None and is_name(debug.value, "True"):
            _consider_run(source, plan, call, debug)
    for assign in source.all(cst.Assign):
        if len(assign.targets) == 1 and is_name(assign.value, "True"):
            _consider_assignment(source, plan, assign, assign.targets[0].target)


def _consider_run(source: Source, plan: Plan, call: cst.Call, debug: cst.Arg) -> None:
    """``app.run(debug=True)``."""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "run":
        return
    if source.made_by(func.value) == {"flask.Flask"}:
        edit = arguments.replace(source, debug.value, "False")
        plan.repair(source.line(call), FLASK, edit)
    elif "flask" in source.text.lower() or is_name(func.value, "app"):
        plan.refuse(source.line(call), NOT_FLASK)


def _consider_assignment(
    source: Source, plan: Plan, assign: cst.Assign, target: cst.BaseExpression
) -> None:
    """``app.debug = True``, ``app.config["DEBUG"] = True`` and Django's ``DEBUG = True``."""
    owner = _flask_setting(target)
    if owner is not None and source.made_by(owner) == {"flask.Flask"}:
        plan.repair(source.line(assign), FLASK, arguments.replace(source, assign.value, "False"))
    elif is_name(target, "DEBUG") and _at_top(source, assign):
        _consider_django(source, plan, assign)


def _at_top(source: Source, assign: cst.Assign) -> bool:
    line = source.parent(assign)
    return line is not None and source.parent(line) is source.module


def _flask_setting(target: cst.BaseExpression) -> cst.BaseExpression | None:
    """The application whose debug switch ``target`` is."""
    if isinstance(target, cst.Attribute) and target.attr.value == "debug":
        return target.value
    if isinstance(target, cst.Subscript) and isinstance(target.value, cst.Attribute):
        index = target.slice[0].slice
        key = constant(index.value) if isinstance(index, cst.Index) else None
        return target.value.value if (target.value.attr.value, key) == ("config", "DEBUG") else None
    return None


def _consider_django(source: Source, plan: Plan, assign: cst.Assign) -> None:
    line = source.line(assign)
    known = sum(1 for name in SETTINGS_NAMES if source.bindings(name))
    if known < (1 if source.stem.endswith("settings") else 2):
        plan.refuse(line, NOT_SETTINGS)
        return
    if FOR_DEVELOPERS.search(source.filename.lower()):
        plan.refuse(line, DEVELOPERS)
        return
    need = reach(source, "os", assign)
    if need is None or len(source.bindings("DEBUG")) > 1:
        plan.refuse(line, "DEBUG is set more than once, or the name os is taken in this file.")
        return
    text = f'{need.name}.environ.get("DJANGO_DEBUG") == "1"'
    plan.repair(line, DJANGO, arguments.replace(source, assign.value, text), needs=(need,))


FIXER = Fixer(
    id="debug-mode",
    title="Debug mode in production",
    cwe=489,
    repairs="Flask's debug=True is turned off; Django's DEBUG follows the environment.",
    answers=("B201", "S201"),
    sign=re.compile(r"(?i)\bdebug\b\W{0,6}=\s*True"),
    look=look,
)
