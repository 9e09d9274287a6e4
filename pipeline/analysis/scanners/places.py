"""Finds the syntax tree node at a line and column, quickly even in files made of calls."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Sequence

LOOKED_BACK = 200  # nodes that start before a place and are tried whether they hold it

Span = tuple[tuple[int, int], tuple[int, int], ast.AST]


class Places:
    """The calls and functions of one tree, by where they start.

    Lines count from 1 and columns from 1 in characters, as in findings; ast counts bytes from 0.
    """

    def __init__(self, nodes: Sequence[ast.AST], lines: Sequence[str]) -> None:
        """``nodes`` are all of the tree."""
        self._lines = lines
        self._calls = _spans([n for n in nodes if isinstance(n, ast.Call)])
        functions = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        self._functions = _spans(functions)

    def call(self, line: int, column: int) -> ast.Call | None:
        """The innermost call there."""
        node = self._find(self._calls, line, column)
        return node if isinstance(node, ast.Call) else None

    def function_name(self, line: int, column: int) -> str:
        """The name of the innermost function there, or ""."""
        return getattr(self._find(self._functions, line, column), "name", "")

    def _find(self, spans: list[Span], line: int, column: int) -> ast.AST | None:
        """The last one to start at or before the place and to end behind it: the innermost."""
        place = line, self._in_bytes(line, column)
        first_after = bisect_right(spans, place, key=lambda span: span[0])
        for start, end, node in reversed(spans[max(0, first_after - LOOKED_BACK) : first_after]):
            if start <= place < end:
                return node
        return None

    def _in_bytes(self, line: int, column: int) -> int:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return column - 1 if text.isascii() else len(text[: column - 1].encode("utf-8"))


def _spans(nodes: Sequence[ast.stmt | ast.expr]) -> list[Span]:
    """Sorted by start; of those with the same start the inner one comes later."""
    spans = [
        ((n.lineno, n.col_offset), (n.end_lineno or n.lineno, n.end_col_offset or 0), n)
        for n in nodes
    ]
    return sorted(spans, key=lambda span: (span[0], (-span[1][0], -span[1][1])))
