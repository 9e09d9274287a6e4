"""Runs the flag rules over one Python text."""

from __future__ import annotations

import ast
from typing import Any

from pipeline.analysis.findings import Hit, report
from pipeline.analysis.flags import (
    ciphers,
    cleaning,
    comparisons,
    cookies,
    debugging,
    documents,
    files,
    filters,
    forgery,
    hashing,
    keys,
    passwords,
    permissions,
    randomness,
    tokens,
    transport,
    trust,
    uploads,
)
from pipeline.analysis.flags.facts import Facts
from pipeline.analysis.flags.model import Flag, Look
from pipeline.analysis.reading import Reading, read

SOURCE = "flags"
FAMILIES: tuple[Look, ...] = (
    ciphers.look,
    cleaning.look,
    comparisons.look,
    cookies.look,
    debugging.look,
    documents.look,
    files.look,
    filters.look,
    forgery.look,
    hashing.look,
    keys.look,
    passwords.look,
    permissions.look,
    randomness.look,
    tokens.look,
    transport.look,
    trust.look,
    uploads.look,
)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}`` to ``{"findings", "note"}``; refuses what does not parse here."""
    reading = read(payload["code"])
    return report(hits(reading), reading.lines)


def hits(reading: Reading) -> list[Hit]:
    """Every flag of a text, a rule at most once at a place. Raises TaskRefused."""
    facts = Facts(reading.needed_tree, reading.lines, reading.nodes)
    found = (flag for look in FAMILIES for flag in look(facts))
    flags = [flag for flag in found if not facts.in_test(flag.node)]
    places = {(flag.rule, flag.node.lineno, flag.node.col_offset): flag for flag in flags}
    return [_hit(flag, reading.lines) for flag in places.values()]


def _hit(flag: Flag, lines: list[str]) -> Hit:
    node = flag.node
    text = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
    before = text.encode("utf-8")[: node.col_offset].decode("utf-8", "ignore")
    end = node.lineno if isinstance(node, ast.ExceptHandler) else node.end_lineno or node.lineno
    return Hit(SOURCE, flag.rule, node.lineno, end, len(before) + 1, "", flag.severity)
