"""Settings of Django and Flask that take protection off cookies and answers (CWE-614)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.debug_mode import DEVELOPERS, FOR_DEVELOPERS, SETTINGS_NAMES
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.source import Source

TITLE = "{} is on{}"
#: Wanted where the site runs on HTTPS, which a developer's does not.
OVER_HTTPS = {"SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE"}
ALWAYS = {"SESSION_COOKIE_HTTPONLY", "SECURE_CONTENT_TYPE_NOSNIFF"}
REDIRECT = "SECURE_SSL_REDIRECT"

LOOPS = "Behind a proxy that ends TLS, redirects would go in circles; set it for your set-up."
TWICE = "The setting, or DEBUG, is set more than once in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan every such setting of a settings module that is off."""
    known = sum(1 for name in SETTINGS_NAMES if source.bindings(name))
    if known < (1 if source.stem.endswith("settings") else 2):
        return
    for assign in source.all(cst.Assign):
        target = assign.targets[0].target
        line = source.parent(assign)
        top = line is not None and source.parent(line) is source.module
        if top and isinstance(target, cst.Name) and is_name(assign.value, "False"):
            _consider(source, plan, assign, target.value)


def _consider(source: Source, plan: Plan, assign: cst.Assign, name: str) -> None:
    line = source.line(assign)
    if name == REDIRECT:
        plan.refuse(line, LOOPS)
    elif name not in OVER_HTTPS | ALWAYS:
        return
    elif FOR_DEVELOPERS.search(source.filename.lower()):
        plan.refuse(line, DEVELOPERS)
    elif len(source.bindings(name)) > 1 or len(source.bindings("DEBUG")) > 1:
        plan.refuse(line, TWICE)
    else:
        follows = name in OVER_HTTPS and _is_set_above(source, "DEBUG", line)
        text, when = ("not DEBUG", " unless DEBUG is") if follows else ("True", "")
        plan.repair(line, TITLE.format(name, when), arguments.replace(source, assign.value, text))


def _is_set_above(source: Source, name: str, line: int) -> bool:
    return any(
        source.line(found.targets[0].target) < line
        for found in source.all(cst.Assign)
        if is_name(found.targets[0].target, name)
    )


FIXER = Fixer(
    id="django-settings",
    title="Settings that take protection off",
    cwe=614,
    repairs="Django's cookie flags that are False become True, or follow DEBUG.",
    answers=("cookie-insecure", "cookie-readable"),
    sign=re.compile(r"(SESSION|CSRF|LANGUAGE)_COOKIE_|SECURE_(SSL|CONTENT)"),
    look=look,
)
