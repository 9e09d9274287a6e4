"""Cookies that sign somebody in travel over HTTPS only, out of reach of scripts (CWE-614)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.source import Source

TITLE = "The cookie is sent over HTTPS only and hidden from scripts ({})"
FRAMEWORKS = ("flask", "django", "starlette", "fastapi", "werkzeug", "quart")
SENSITIVE = re.compile(
    r"sess|auth|(^|_)sid$|jwt|remember|(access|refresh|login|user)_?token|^token$", re.I
)
FOR_SCRIPTS = re.compile(r"csrf|xsrf", re.IGNORECASE)

NOT_SURE = "The name of the cookie does not show whether scripts or plain HTTP need it."


def look(source: Source, plan: Plan) -> None:
    """Plan the flags of every cookie whose name says that it signs somebody in."""
    roots = {name.partition(".")[0] for found in source.imported.values() for name in found}
    if not roots & set(FRAMEWORKS):
        return
    for call in source.calls:
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "set_cookie":
            _consider(source, plan, call)


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    name = arguments.literal(call, "key", 0)
    flags = {flag: arguments.keyword(call, flag) for flag in ("secure", "httponly")}
    off = [arg for arg in flags.values() if arg is not None and is_name(arg.value, "False")]
    missing = [flag for flag, arg in flags.items() if arg is None]
    if not (off or missing) or not arguments.can_add(call) or _is_emptied(call):
        return
    if not isinstance(name, str) or not SENSITIVE.search(name) or FOR_SCRIPTS.search(name):
        if off:
            plan.refuse(source.line(call), NOT_SURE)
        return
    edits: list[Edit] = [arguments.replace(source, arg.value, "True") for arg in off]
    if missing:
        text = ", ".join(f"{flag}=True" for flag in missing)
        edits.append(arguments.add(source, call, text))
    plan.repair(source.line(call), TITLE.format(name), *edits)


def _is_emptied(call: cst.Call) -> bool:
    """Whether the cookie is only taken back."""
    ages = [arguments.keyword(call, name) for name in ("max_age", "expires")]
    gone = any(age is not None and constant(age.value) == 0 for age in ages)
    return gone or arguments.literal(call, "value", 1) == ""


FIXER = Fixer(
    id="cookie-flags",
    title="Sessions in cookies without their flags",
    cwe=614,
    repairs="set_cookie of a session or token gets secure=True and httponly=True.",
    answers=("cookie-insecure", "cookie-readable"),
    sign=re.compile(r"set_cookie"),
    look=look,
)
