"""Filters of document databases that are put together from values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline.analysis.flags.facts import Facts, keyword
from pipeline.analysis.flags.model import Flag

JOINED_FILTER = "joined-filter"
OPTIONS = ("FilterExpression", "KeyConditionExpression", "ConditionExpression", "UpdateExpression")
READERS = ("scan", "query", "update_item", "delete_item", "put_item")


def look(facts: Facts) -> Iterator[Flag]:
    """Every expression for DynamoDB in which a value is part of the text."""
    for call in facts.methods(*READERS):
        given = (facts.value(keyword(call, name)) for name in OPTIONS)
        if any(_is_joined(facts, value) for value in given):
            yield Flag(JOINED_FILTER, call)


def _is_joined(facts: Facts, node: ast.AST | None) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Mod):
        return False
    parts = (node.left, node.right)
    texts = [part for part in parts if isinstance(facts.constant(part), str)]
    return len(texts) == 1 or any(_is_joined(facts, part) for part in parts)
