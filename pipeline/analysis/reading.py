"""One Python text as all checks of a child read it: made ready, parsed and walked once for all.

Most of what a check of a short file costs is its tree. Nobody may change a reading or its tree;
bandit leaves marks of its own on the nodes, which no other check looks at.
"""

from __future__ import annotations

import ast
import warnings
from functools import cached_property, lru_cache

from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.names import Imports
from pipeline.analysis.nodes import walk
from pipeline.analysis.scanners.places import Places
from pipeline.analysis.source import for_parsers, split_lines

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


class Reading:
    """A text, and what follows from it alone."""

    def __init__(self, code: str) -> None:
        self.code = for_parsers(code)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return split_lines(self.code)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; raises one of ``UNPARSABLE``."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(self.code)

    @property
    def needed_tree(self) -> ast.Module:
        """The syntax tree, for a check that can do nothing without it; raises TaskRefused."""
        try:
            return self.tree
        except UNPARSABLE as error:
            raise TaskRefused("it needs code that parses here") from error

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree, parents first."""
        return walk(self.tree)

    @cached_property
    def imports(self) -> Imports:
        """What the text imports, under which names."""
        return Imports(self.tree, self.nodes)

    @cached_property
    def places(self) -> Places | None:
        """The calls and functions by their place; None where there is no tree."""
        try:
            return Places(self.nodes, self.lines)
        except UNPARSABLE:
            return None


@lru_cache(maxsize=1)
def read(code: str) -> Reading:
    """The reading of a text; that of the last one is kept."""
    return Reading(code)
