"""lxml parsers no longer resolve entities or use the network (CWE-611)."""

from __future__ import annotations

import re

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Fixer, Plan
from pipeline.analysis.fixers.nodes import is_name
from pipeline.analysis.fixers.source import Source

TITLE = "The parser leaves entities of the document unresolved and does not use the network"
PARSERS = {"lxml.etree.XMLParser", "lxml.etree.XMLPullParser", "lxml.etree.iterparse"}
#: option -> the unsafe value and the safe one
SWITCHES = {"resolve_entities": ("True", "False"), "no_network": ("False", "True")}
CATALOGUE = "The parser loads or validates a DTD, whose entities the documents may need."


def look(source: Source, plan: Plan) -> None:
    """Plan the safe value of every switch that is set to the unsafe one."""
    for call, _ in source.calls_of(PARSERS):
        given = [(arguments.keyword(call, name), values) for name, values in SWITCHES.items()]
        wrong = [(arg, new) for arg, (bad, new) in given if arg and is_name(arg.value, bad)]
        needs_dtd = any(
            (arg := arguments.keyword(call, name)) is not None and not is_name(arg.value, "False")
            for name in ("load_dtd", "dtd_validation", "attribute_defaults")
        )
        if wrong and needs_dtd:
            plan.refuse(source.line(call), CATALOGUE)
        elif wrong:
            edits = [arguments.replace(source, arg.value, new) for arg, new in wrong]
            plan.repair(source.line(call), TITLE, *edits)


FIXER = Fixer(
    id="lxml-entities",
    title="XML that may name files to read (lxml)",
    cwe=611,
    repairs="resolve_entities=True and no_network=False of lxml's parsers are turned round.",
    answers=("xml-entities", "B320", "S320"),
    sign=re.compile(r"resolve_entities|no_network"),
    look=look,
)
