"""SAX parsers no longer read files and addresses that a document names (CWE-611)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.nodes import constant, is_name
from pipeline.analysis.fixers.source import Source

TITLE = "External entities of the document are no longer read; its other content is"
MAKERS = {"xml.sax.make_parser", "xml.sax.expatreader.create_parser"}
FEATURES = {"xml.sax.handler.feature_external_ges", "xml.sax.handler.feature_external_pes"}
ADDRESSES = {
    "http://xml.org/sax/features/external-general-entities",
    "http://xml.org/sax/features/external-parameter-entities",
}
OWN_RESOLVER = "The program sets a resolver of its own, which may check what is read."
NOT_SURE = "Where this parser comes from, or what the feature is set to, is not clear."


def look(source: Source, plan: Plan) -> None:
    """Plan to leave external entities off for every parser that switches them on."""
    for call in source.calls:
        is_switch = isinstance(call.func, cst.Attribute) and call.func.attr.value == "setFeature"
        if is_switch and len(call.args) == 2 and _is_external(source, call.args[0].value):
            _consider(source, plan, call)


def _is_external(source: Source, node: cst.BaseExpression) -> bool:
    return source.api(node) in FEATURES or constant(node) in ADDRESSES


def _consider(source: Source, plan: Plan, call: cst.Call) -> None:
    line, value = source.line(call), call.args[1].value
    if is_name(value, "False") or constant(value) == 0:
        return
    owner = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    on = is_name(value, "True") or constant(value) == 1
    if "setEntityResolver" in source.text:
        plan.refuse(line, OWN_RESOLVER)
    elif not on or not (source.made_by(owner) and source.made_by(owner) <= MAKERS):
        plan.refuse(line, NOT_SURE)
    else:
        plan.repair(line, TITLE, arguments.replace(source, value, "False"))


FIXER = Fixer(
    id="sax-entities",
    title="XML that may name files to read",
    cwe=611,
    repairs="setFeature(feature_external_ges, True) of a SAX parser is set to False.",
    answers=("xml-entities",),
    sign=re.compile(r"setFeature"),
    look=look,
    proven=True,
)
