"""Walks over syntax trees with a cursor: as deep as a tree may be, nothing here recurses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node, TreeCursor

MOST_NODES = 2_000_000


def nodes(root: Node) -> Iterator[tuple[Node, int]]:
    """Each named node before its children, with its depth; ends after MOST_NODES steps."""
    cursor, depth = root.walk(), 0
    for _ in range(MOST_NODES):
        node = cursor.node
        if node is not None and node.is_named:
            yield node, depth
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


@dataclass(frozen=True)
class Problem:
    """The first place that a grammar could not take. ``missing`` names a token it expected."""

    line: int
    end_line: int
    start: int
    end: int
    missing: str = ""


def first_problem(root: Node) -> Problem | None:
    """The first error in text order, and of errors inside each other the innermost one."""
    cursor = root.walk()
    found: Problem | None = None
    while True:
        node = cursor.node
        if node is None:
            return found
        if node.is_missing:
            return _problem(node, node.type)
        if node.is_error:
            found = _problem(node)
        if not (node.has_error and cursor.goto_first_child()) and not _next(cursor, found):
            return found


def _next(cursor: TreeCursor, found: Problem | None) -> bool:
    """Go on in text order; stop where an error that was found has been searched."""
    while not cursor.goto_next_sibling():
        if not cursor.goto_parent():
            return False
        node = cursor.node
        if found is not None and node is not None and node.is_error:
            return False
    node = cursor.node
    return found is None or (node is not None and node.start_byte < found.end)


def _problem(node: Node, missing: str = "") -> Problem:
    line, end_line = node.start_point[0] + 1, node.end_point[0] + 1
    return Problem(line, end_line, node.start_byte, node.end_byte, missing)
