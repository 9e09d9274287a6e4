"""Values in text that is marked as safe HTML are escaped while they are put in (CWE-79)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Need, Plan
from pipeline.analysis.fixers.built_text import Built, take_apart
from pipeline.analysis.fixers.imports import reach_member
from pipeline.analysis.fixers.plain_values import is_plain, stands_badly
from pipeline.analysis.fixers.source import Source

TITLE = "The values are escaped while they are put into the HTML"
MARKUP = {"markupsafe.Markup", "flask.Markup", "jinja2.Markup", "jinja2.utils.Markup"}
DJANGO = {"django.utils.safestring.mark_safe", "django.utils.html.mark_safe"}

UNCLEAR = "What is marked as safe is not put together here; escape its values where it is."
PLACE = "A value stands inside of a script, an event, an address or without quotes around it."
OWN = (
    "A value seems to be HTML of the program's own or escaped already, and would be escaped twice."
)
NO_NAME = "The name format_html means something else in this file."


def look(source: Source, plan: Plan) -> None:
    """Plan escaping for every value in a text that is marked as safe."""
    for call, name in source.calls_of(MARKUP | DJANGO):
        if len(call.args) == 1 and not arguments.has_star(call):
            _consider(source, plan, call, django=name in DJANGO)


def _consider(source: Source, plan: Plan, call: cst.Call, *, django: bool) -> None:
    line, text = source.line(call), call.args[0].value
    if isinstance(text, cst.SimpleString | cst.ConcatenatedString):
        return
    built = take_apart(source, text)
    if built is None or re.search(r"[{}]", built.constant):
        plan.refuse(line, UNCLEAR)
    elif not all(is_plain(source, value) for value in built.values):
        plan.refuse(line, OWN)
    elif stands_badly(built):
        plan.refuse(line, PLACE)
    else:
        _plan(source, plan, call, built, django=django)


def _plan(source: Source, plan: Plan, call: cst.Call, built: Built, *, django: bool) -> None:
    text = built.filled(lambda number, value: "{}")
    values = ", ".join(source.code(value) for value in built.values)
    whole = call.args[0].value
    if not django:
        end = source.span(call)[1]
        edits = arguments.replace(source, whole, text), Edit(end, end, f".format({values})")
        plan.repair(source.line(call), TITLE, *edits)
        return
    need: Need | None = reach_member(source, "django.utils.html", "format_html", call)
    if need is None:
        plan.refuse(source.line(call), NO_NAME)
        return
    renamed = arguments.replace(source, call.func, need.name)
    given = arguments.replace(source, whole, f"{text}, {values}")
    plan.repair(source.line(call), TITLE, renamed, given, needs=(need,))


FIXER = Fixer(
    id="safe-markup",
    title="Unescaped values in text marked as safe",
    cwe=79,
    repairs='Markup(f"...") becomes Markup(...).format(...), mark_safe(f"...") format_html(...).',
    answers=("B308", "B703", "B704", "S308", "S704"),
    sign=re.compile(r"\bMarkup\b|\bmark_safe\b"),
    look=look,
)
