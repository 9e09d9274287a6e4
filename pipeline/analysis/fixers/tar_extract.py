"""Archives that could write outside of their folder are unpacked with the data filter (CWE-22)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.source import Source

TITLE = (
    "Archive members that point outside of the folder are refused "
    "(Python 3.12, or a security update of 3.8 to 3.11)"
)
OPENERS = {"tarfile.open", "tarfile.TarFile", "tarfile.TarFile.open"}
#: method -> how many positional arguments it can have in front of the filter
METHODS = {"extractall": 2, "extract": 3}
CHOSEN = (
    'The members are chosen by the program, which may check them already; add filter="data" if '
    "the archive comes from others."
)


def look(source: Source, plan: Plan) -> None:
    """Plan the data filter for every extraction that has none."""
    if not source.calls_of(OPENERS) or "extraction_filter" in source.text:
        return
    for call in source.all(cst.Call):
        method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
        if method in METHODS and _is_archive(source, call.func):
            _consider(source, plan, call, method)


def _is_archive(source: Source, func: cst.BaseExpression) -> bool:
    """Whether ``func`` is a method of what tarfile opened."""
    owner = func.value if isinstance(func, cst.Attribute) else func
    if isinstance(owner, cst.Call):
        return source.api(owner.func) in OPENERS
    makers = source.made_by(owner)
    return bool(makers) and makers <= OPENERS


def _consider(source: Source, plan: Plan, call: cst.Call, method: str) -> None:
    if arguments.keyword(call, "filter"):
        return
    if arguments.keyword(call, "members") or (method == "extractall" and len(call.args) > 1):
        plan.refuse(source.line(call), CHOSEN)
    elif not arguments.can_add(call) or len(call.args) > METHODS[method]:
        plan.refuse(source.line(call), "Arguments are passed on with a star or in full.")
    else:
        edit = arguments.add(source, call, 'filter="data"')
        plan.repair(source.line(call), TITLE, edit)


FIXER = Fixer(
    id="tar-extract",
    title="Archives that write outside of their folder",
    cwe=22,
    repairs='tarfile extraction without a filter gets filter="data".',
    answers=("B202", "S202"),
    sign=re.compile(r"\bextract(all)?\b"),
    look=look,
)
