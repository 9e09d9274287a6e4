"""What flag rules ask about one syntax tree: calls by full name, constants, the words around."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from pipeline.analysis.nodes import children, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
UNKNOWN = "?"
ALIASES = {"Cryptodome": "Crypto", "django.utils.six": "six"}
TEST_MODULES = ("pytest", "unittest")
LONGEST_NAME = 12  # parts of a dotted name; a longer one is no API
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Facts:
    """One walked tree. Everything here is linear in the size of the tree, or looked up."""

    def __init__(
        self, tree: ast.AST, lines: Sequence[str], nodes: list[ast.AST] | None = None
    ) -> None:
        """``nodes`` are those of the tree, where it was walked already."""
        self.tree = tree
        self.lines = lines
        self.nodes = walk(tree) if nodes is None else nodes
        self._said: dict[tuple[Function, re.Pattern[str]], bool] = {}

    @cached_property
    def imports(self) -> dict[str, str]:
        """Every name that an import binds, with its full dotted name."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    local = alias.asname or alias.name.partition(".")[0]
                    found[local] = _plain(alias.name if alias.asname else local)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                for alias in node.names:
                    found[alias.asname or alias.name] = _plain(f"{node.module}.{alias.name}")
        return found

    def name(self, node: ast.AST | None) -> str:
        """The full dotted name of what ``node`` names: imports resolved, ``?.x`` for a method."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < LONGEST_NAME:
            parts.append(node.attr)
            node = node.value
        first = UNKNOWN
        if isinstance(node, ast.Name):
            first = self.imports.get(node.id, f"{UNKNOWN}{node.id}" if parts else node.id)
        return ".".join([first, *reversed(parts)])

    @cached_property
    def calls(self) -> list[tuple[ast.Call, str]]:
        """Every call with the full name of what it calls."""
        return [(node, self.name(node.func)) for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def _by_name(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = {}
        for call, name in self.calls:
            found.setdefault(name, []).append(call)
        return found

    @cached_property
    def _by_method(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = {}
        for call, name in self.calls:
            found.setdefault(name.rpartition(".")[2], []).append(call)
        return found

    def calls_of(self, *names: str) -> list[ast.Call]:
        """Every call of these full names."""
        return [call for name in names for call in self._by_name.get(name, [])]

    def methods(self, *names: str) -> list[ast.Call]:
        """Every call whose last name is one of these, whatever stands in front."""
        return [call for name in names for call in self._by_method.get(name, [])]

    @cached_property
    def _bound(self) -> dict[str, list[ast.expr | None]]:
        """What every name of the file is ever bound to; None for what cannot be seen."""
        found: dict[str, list[ast.expr | None]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.arg):
                found.setdefault(node.arg, []).append(None)
        self._count_other_bindings(found)
        return found

    def _count_other_bindings(self, found: dict[str, list[ast.expr | None]]) -> None:
        """Names bound by loops, ``with`` and the like have values that nobody sees."""
        stored = (n for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        counts: dict[str, int] = {}
        for node in stored:
            counts[node.id] = counts.get(node.id, 0) + 1
        for name, count in counts.items():
            if count > len(found.get(name, [])):
                found.setdefault(name, []).append(None)

    def value(self, node: ast.AST | None) -> ast.AST | None:
        """``node``, or what the variable that it names is bound to, once and for all."""
        if isinstance(node, ast.Name):
            values = self._bound.get(node.id, [])
            return values[0] if len(values) == 1 and values[0] is not None else node
        return node

    def constant(self, node: ast.AST | None) -> object:
        """The constant that ``node`` is or names, None where it is none."""
        found = self.value(node)
        return found.value if isinstance(found, ast.Constant) else None

    def is_fixed(self, node: ast.AST | None) -> bool:
        """Whether ``node`` is a text or bytes literal, as it stands or encoded or repeated."""
        found = self.value(node)
        if isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute):
            decoded = found.func.attr in ("encode", "fromhex") and not found.keywords
            found = (
                found.func.value if found.func.attr == "encode" else next(iter(found.args), None)
            )
            found = found if decoded else None
        if isinstance(found, ast.BinOp) and isinstance(found.op, ast.Mult):
            found = found.left
        return isinstance(found, ast.Constant) and isinstance(found.value, str | bytes)

    @cached_property
    def _owners(self) -> dict[ast.AST, Function | None]:
        """The function that each node stands in."""
        owners: dict[ast.AST, Function | None] = {self.tree: None}
        for node in self.nodes:
            own = node if isinstance(node, Function) else owners[node]
            for child in children(node):
                owners[child] = own
        return owners

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function around ``node``."""
        return self._owners.get(node)

    def says(self, node: ast.AST, pattern: re.Pattern[str]) -> bool:
        """Whether the function around ``node`` has ``pattern`` in its lower-case text."""
        function = self.function(node)
        if function is None:
            return False
        if (function, pattern) not in self._said:  # long functions are asked about many calls
            text = "\n".join(self.lines[function.lineno - 1 : function.end_lineno]).lower()
            self._said[function, pattern] = pattern.search(text) is not None
        return self._said[function, pattern]

    def in_test(self, node: ast.AST) -> bool:
        """Whether ``node`` is part of a test, where unsafe settings are the point."""
        function = self.function(node)
        tested = any(name.partition(".")[0] in TEST_MODULES for name in self.imports.values())
        return tested and function is not None and function.name.startswith(("test", "setUp"))

    @cached_property
    def entered(self) -> dict[str, ast.expr]:
        """What each name of a ``with ... as name`` stands for."""
        return {
            item.optional_vars.id: item.context_expr
            for node in self.nodes
            if isinstance(node, ast.With | ast.AsyncWith)
            for item in node.items
            if isinstance(item.optional_vars, ast.Name)
        }

    @cached_property
    def assignments(self) -> list[tuple[ast.Assign | ast.AnnAssign, ast.expr, ast.expr]]:
        """Every single target that is assigned to, with its value."""
        return list(self._assignments())

    def _assignments(self) -> Iterator[tuple[ast.Assign | ast.AnnAssign, ast.expr, ast.expr]]:
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield node, target, node.value
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                yield node, node.target, node.value

    @cached_property
    def targets(self) -> dict[int, frozenset[str]]:
        """The words of what is assigned to, by the line that the assignment begins on."""
        return {node.lineno: words(target) for node, target, _ in self.assignments}

    @cached_property
    def settings(self) -> list[tuple[ast.expr | ast.stmt, str, ast.expr]]:
        """Every setting by its name: ``NAME = v``, ``config["NAME"] = v``, ``update(NAME=v)``."""
        return list(self._settings())

    def _settings(self) -> Iterator[tuple[ast.expr | ast.stmt, str, ast.expr]]:
        for node, target, value in self.assignments:
            if isinstance(target, ast.Name) and self.function(node) is None:
                yield node, target.id, value
            elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                yield node, str(target.slice.value), value
        for call in self.methods("update", "from_mapping"):
            if self.name(call.func).rpartition(".")[0].endswith("config"):
                for given in call.keywords:
                    yield given.value, given.arg or "", given.value


def _plain(name: str) -> str:
    first, dot, rest = name.partition(".")
    return ALIASES.get(first, first) + dot + rest


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value given as ``name=...``."""
    return next((given.value for given in call.keywords if given.arg == name), None)


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """The argument at ``place`` from 0, or given by name; None where a star may hide it."""
    if place < len(call.args) and not any(
        isinstance(arg, ast.Starred) for arg in call.args[: place + 1]
    ):
        return call.args[place]
    return keyword(call, name)


def has_star(call: ast.Call) -> bool:
    """Whether ``*args`` or ``**kwargs`` hide some of the arguments."""
    hidden = any(given.arg is None for given in call.keywords)
    return hidden or any(isinstance(arg, ast.Starred) for arg in call.args)


def is_value(node: ast.AST | None, value: object) -> bool:
    """Whether ``node`` is the literal ``value``: True is not 1."""
    return isinstance(node, ast.Constant) and node.value is value


def words(node: ast.AST | None) -> frozenset[str]:
    """The lower-case words of the names and short texts inside of ``node``."""
    found: set[str] = set()
    for part in walk(node) if node is not None else ():
        name = part.id if isinstance(part, ast.Name) else ""
        name = part.attr if isinstance(part, ast.Attribute) else name
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            name = part.value[:40]
        found.update(word.lower() for word in WORD.findall(name))
    return frozenset(found)
