"""Resolves names in a Python syntax tree to what was imported under them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from pipeline.analysis.nodes import walk


class Imports:
    """The imports of one tree: full names by local name, and top-level modules in order."""

    def __init__(self, tree: ast.AST, nodes: Iterable[ast.AST] | None = None) -> None:
        """``nodes`` are those of the tree, where it was walked already."""
        self.names: dict[str, str] = {}
        self.modules: dict[str, None] = {}
        for node in walk(tree) if nodes is None else nodes:
            if isinstance(node, ast.Import):
                self._plain(node)
            elif isinstance(node, ast.ImportFrom):
                self._from(node)

    def _plain(self, node: ast.Import) -> None:
        for alias in node.names:
            self.modules[alias.name.partition(".")[0]] = None
            local = alias.asname or alias.name.partition(".")[0]
            self.names[local] = alias.name if alias.asname else local

    def _from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        self.modules[module if node.level else module.partition(".")[0]] = None
        for alias in node.names:
            self.names[alias.asname or alias.name] = f"{module}.{alias.name}"

    def described(self) -> list[str]:
        """Each imported module with where it comes from."""
        return [f"{module} ({origin(module)})" for module in self.modules]

    def third_party(self) -> list[str]:
        """Modules that have to be installed."""
        return [m for m in self.modules if origin(m) == "third party"]

    def full_name(self, node: ast.AST) -> str:
        """The dotted name of an expression with its import resolved; "" where it has none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.names.get(node.id, node.id), *reversed(parts)])


def last_name(node: ast.AST) -> str:
    """The last word of a dotted name: ``run`` of ``subprocess.run``; "" for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def origin(module: str) -> str:
    """Standard library, third party or own package; the last only where the import says so."""
    if module.startswith("."):
        return "own package"
    known = module in sys.stdlib_module_names or module == "__future__"
    return "standard library" if known else "third party"


def joined(words: Iterable[str], most: int = 6) -> str:
    """ "a, b and c"; the rest is counted when there are more than ``most``."""
    listed = list(words)
    if len(listed) > most:
        return f"{', '.join(listed[:most])} and {len(listed) - most} more"
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
