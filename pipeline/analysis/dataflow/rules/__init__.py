"""All rules, and the tables by which calls are looked up in them."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules import (
    address,
    code,
    html,
    loading,
    nosql,
    path,
    query,
    session,
    shell,
    sql,
    text,
    xml,
)
from pipeline.analysis.dataflow.rules.html import HTML
from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.knowledge.model import Explanation

__all__ = [
    "EVERYTHING",
    "FAMILIES",
    "HTML",
    "Call",
    "Family",
    "Sink",
    "cleaners_of",
    "explanation",
    "sinks_of",
]

FAMILIES: tuple[Family, ...] = (
    *sql.FAMILIES,
    *shell.FAMILIES,
    *code.FAMILIES,
    *path.FAMILIES,
    *html.FAMILIES,
    *address.FAMILIES,
    *query.FAMILIES,
    *nosql.FAMILIES,
    *xml.FAMILIES,
    *loading.FAMILIES,
    *text.FAMILIES,
    *session.FAMILIES,
)
EVERYTHING = frozenset(family.name for family in FAMILIES)
_ABOUT = {family.rule: family.about for family in FAMILIES}

_SINKS: dict[str, list[tuple[Family, Sink]]] = {}
for _family in FAMILIES:
    for _sink in _family.sinks:
        for _call in _sink.calls:
            _SINKS.setdefault(_call, []).append((_family, _sink))
_CLEANERS: dict[str, set[str]] = {}
for _family in FAMILIES:
    for _call in _family.cleaners:
        _CLEANERS.setdefault(_call, set()).add(_family.name)


def explanation(rule: str) -> Explanation | None:
    """What a finding under one of our rules means; None for another rule."""
    return _ABOUT.get(rule)


def _keys(name: str) -> tuple[str, str]:
    """A full name, and the same as a method of anything."""
    before, _, method = name.rpartition(".")
    return name, f"*.{method}" if before else ""


def sinks_of(name: str) -> list[tuple[Family, Sink]]:
    """The sinks that a call of this full name may be."""
    full, method = _keys(name)
    return _SINKS.get(full, []) + _SINKS.get(method, [])


def cleaners_of(name: str) -> frozenset[str]:
    """The families for which the result of a call of this name is harmless."""
    full, method = _keys(name)
    return frozenset(_CLEANERS.get(full, ())) | frozenset(_CLEANERS.get(method, ()))
