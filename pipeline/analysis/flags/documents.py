"""Parsers and template engines whose protection is switched off."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument, is_value, keyword
from pipeline.analysis.flags.model import Flag

ENTITIES, ESCAPING = "xml-entities", "escaping-off"
FEATURES = ("feature_external_ges", "feature_external_pes")
PARSERS = ("lxml.etree.XMLParser", "lxml.etree.iterparse", "lxml.etree.XMLPullParser")


def look(facts: Facts) -> Iterator[Flag]:
    """Every parser that resolves what a document names."""
    for call in facts.calls_of(*PARSERS):
        on = [
            ("resolve_entities", True),
            ("load_dtd", True),
            ("no_network", False),
            ("huge_tree", True),
        ]
        if any(is_value(facts.value(keyword(call, name)), value) for name, value in on):
            yield Flag(ENTITIES, call)
    for call in facts.methods("setFeature"):
        feature = facts.name(argument(call, 0, "name")).rpartition(".")[2].lstrip("?")
        on_value = facts.constant(argument(call, 1, "state"))
        if feature in FEATURES and on_value in (True, 1):
            yield Flag(ENTITIES, call)
    for node, target, value in facts.assignments:
        named = isinstance(target, ast.Attribute) and target.attr == "autoescape"
        if named and is_value(value, value=False):
            yield Flag(ESCAPING, node)
