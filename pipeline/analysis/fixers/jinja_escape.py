"""Jinja2 environments that make pages escape what they show (CWE-79)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.imports import reach_member
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.source import Source

TITLE = "Values are escaped in HTML and XML templates, not in those of plain text"
MAKERS = {"jinja2.Environment", "jinja2.environment.Environment"}
OTHER_TEXT = re.compile(
    r"latex|\.tex\b|\.txt\b|\.sql\b|\.ya?ml\b|\.conf\b|\.cfg\b|\.md\b|_string=", re.I
)

NOT_PAGES = "The templates seem to make other text than web pages, where escaping would be wrong."
BY_HAND = "The templates may escape by hand already, which would then happen twice."
TAKEN = "The name select_autoescape means something else in this file."
HIDDEN = "Arguments are passed on with a star, or the escaping is decided by a variable."


def look(source: Source, plan: Plan) -> None:
    """Plan the choice by file name for every environment that does not escape."""
    reason = _reason_against(source) if source.calls_of(MAKERS) else ""
    for call, _ in source.calls_of(MAKERS):
        given = arguments.keyword(call, "autoescape")
        if given is None or is_name(given.value, "False"):
            _consider(source, plan, call, given, reason)


def _reason_against(source: Source) -> str:
    """Why the environments of this file should not escape, or an empty string."""
    if OTHER_TEXT.search(source.text) or "html" not in source.text.lower():
        return NOT_PAGES
    return BY_HAND if re.search(r"\bescape\b|\|\s?e\b", source.text) else ""


def _consider(
    source: Source, plan: Plan, call: cst.Call, given: cst.Arg | None, reason: str
) -> None:
    line = source.line(call)
    need = reach_member(source, "jinja2", "select_autoescape", call)
    if arguments.has_star(call):
        plan.refuse(line, HIDDEN)
    elif reason:
        plan.refuse(line, reason)
    elif need is None:
        plan.refuse(line, TAKEN)
    else:
        edit: Edit = (
            arguments.replace(source, given.value, f"{need.name}()")
            if given
            else arguments.add(source, call, f"autoescape={need.name}()")
        )
        plan.repair(line, TITLE, edit, needs=(need,))


FIXER = Fixer(
    id="jinja-escape",
    title="Web pages without escaping",
    cwe=79,
    repairs="A jinja2.Environment for HTML without autoescape gets select_autoescape().",
    answers=("B701", "S701"),
    sign=re.compile(r"\bjinja2\b"),
    look=look,
)
