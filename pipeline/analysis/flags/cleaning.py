"""Markup that is cleaned, and addresses that are judged, in ways that are known to fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, argument
from pipeline.analysis.flags.model import Flag

MARKUP, HOST = "markup-by-pattern", "host-by-substring"
SUBSTITUTES = ("re.sub", "re.subn", "regex.sub")
TAG = re.compile(r"</?\??(?:script|style|iframe|svg|\[\^|\.\*|\\w)", re.IGNORECASE)
DOMAIN = re.compile(r"^(?:https?://)?(?:[a-z0-9-]+\.)+(?:com|org|net|edu|gov|io|dev|de|uk|eu)/?$")
ADDRESSES = re.compile(r"url|uri|target|redirect|next|host|origin|link|address|domain|location")
DOTTED_HOST = re.compile(r"(?<!\\)\.(?:com|org|net|edu|gov|io)\b")
READERS = ("re.match", "re.search", "re.compile", "re.fullmatch")


def look(facts: Facts) -> Iterator[Flag]:
    """Every pattern that takes tags out, and every host that is looked for within an address."""
    for call in facts.calls_of(*SUBSTITUTES):
        pattern = facts.constant(argument(call, 0, "pattern"))
        replaced = facts.constant(argument(call, 1, "repl"))
        if isinstance(pattern, str) and replaced in ("", " ") and TAG.search(pattern):
            yield Flag(MARKUP, call)
    for node in facts.nodes:
        if isinstance(node, ast.Compare) and _looks_within(facts, node):
            yield Flag(HOST, node)
    for call in facts.calls_of(*READERS):
        if _is_loose(facts.constant(argument(call, 0, "pattern"))):
            yield Flag(HOST, call)


def _looks_within(facts: Facts, node: ast.Compare) -> bool:
    """``"example.com" in url``."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
        return False
    host = facts.constant(node.left)
    if not isinstance(host, str) or not DOMAIN.match(host):
        return False
    where = node.comparators[0]
    name = where.attr if isinstance(where, ast.Attribute) else getattr(where, "id", "")
    return ADDRESSES.search(name.lower()) is not None


def _is_loose(pattern: object) -> bool:
    """A host whose dots stand for any character."""
    if not isinstance(pattern, str) or len(pattern) > 200:
        return False
    return DOTTED_HOST.search(pattern) is not None
