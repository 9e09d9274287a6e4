"""Facts about one Python text that fixers ask for: places, names and where names come from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePath
from typing import TypeVar

import libcst as cst
from libcst.metadata import (
    Assignment,
    BaseAssignment,
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    QualifiedNameSource,
    Scope,
    ScopeProvider,
)

NEWLINE = re.compile(rb"\r\n|\r|\n")
Node = TypeVar("Node", bound=cst.CSTNode)


class UnreadableError(Exception):
    """The syntax tree library does not understand this text, though Python may."""


class Source:
    """One parsed text. Offsets are bytes of its UTF-8 form, lines count from 1.

    Raises UnreadableError where the tree cannot be built or does not cover the text.
    """

    def __init__(self, text: str, filename: str = "") -> None:
        self.text = text
        self.raw = text.encode()
        self.filename = filename
        try:
            tree = cst.parse_module(text)
            self._wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
            self._spans = self._wrapper.resolve(ByteSpanPositionProvider)
        except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError) as error:
            raise UnreadableError(str(error).splitlines()[0]) from error
        self.module = self._wrapper.module
        unwritten = 0 if tree.has_trailing_newline else len(tree.default_newline)
        if self._spans[self.module].length - unwritten != len(self.raw):
            raise UnreadableError("the tree does not cover the whole text")

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        return dict(self._wrapper.resolve(ParentNodeProvider))

    @cached_property
    def _scopes(self) -> dict[cst.CSTNode, Scope | None]:
        return dict(self._wrapper.resolve(ScopeProvider))

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in NEWLINE.finditer(self.raw))]

    @cached_property
    def calls(self) -> list[cst.Call]:
        """Every call, in the order of the text."""
        return self.all(cst.Call)

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of that kind, in the order of the text."""
        found = [node for node in self._parents if isinstance(node, kind)]
        return sorted(found, key=lambda node: self.span(node))

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of ``node``, without the parentheses around it."""
        place = self._spans[node]
        return place.start, place.start + place.length

    def line_at(self, offset: int) -> int:
        """The line that the byte at ``offset`` is on."""
        low, high = 0, len(self._line_starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._line_starts[middle] <= offset else (low, middle)
        return low + 1

    def line(self, node: cst.CSTNode) -> int:
        """The line that ``node`` begins on."""
        return self.line_at(self.span(node)[0])

    def line_start(self, offset: int) -> int:
        """Offset of the first byte of the line that ``offset`` is on."""
        return self._line_starts[self.line_at(offset) - 1]

    def newline_at(self, offset: int) -> str:
        """How the line at ``offset`` ends, or the file's habit where it is the last one."""
        match = NEWLINE.search(self.raw, offset)
        return match.group().decode() if match else self.module.default_newline

    def code(self, node: cst.CSTNode) -> str:
        """The text of ``node``."""
        start, end = self.span(node)
        return self.raw[start:end].decode()

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around ``node``, None for the module."""
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around ``node``, nearest first."""
        around = self.parent(node)
        while around is not None:
            yield around
            around = self.parent(around)

    def around(self, node: cst.CSTNode, kind: type[Node]) -> Node | None:
        """The nearest node of that kind around ``node``."""
        return next((up for up in self.ancestors(node) if isinstance(up, kind)), None)

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The function that ``node`` stands in."""
        return self.around(node, cst.FunctionDef)

    def within(self, outer: cst.CSTNode, kind: type[Node]) -> list[Node]:
        """Every node of that kind inside of ``outer``, in the order of the text."""
        start, end = self.span(outer)
        return [n for n in self.all(kind) if start <= self.span(n)[0] and self.span(n)[1] <= end]

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that names in ``node`` are looked up in."""
        for place in (node, *self.ancestors(node)):
            scope = self._scopes.get(place)
            if scope is not None:
                return scope
        return None

    @cached_property
    def scopes(self) -> set[Scope]:
        """Every scope of the text."""
        return {scope for scope in self._scopes.values() if scope is not None}

    def bindings(self, name: str) -> list[BaseAssignment]:
        """Every binding of ``name``, in whatever scope of this text it happens."""
        return [
            binding
            for scope in self.scopes
            for binding in scope.assignments[name]
            if not type(binding).__name__.startswith("Builtin")
        ]

    def apis(self, node: cst.CSTNode) -> frozenset[str]:
        """The imported (or built-in) things that ``node`` can be, by their full dotted names.

        Empty unless every binding of its first name is an import: a parameter, a local variable
        or an attribute of some object is never taken for the library's function of that name.
        """
        if not is_dotted(node):
            return frozenset()
        scope = self.scope(node)
        names = scope.get_qualified_names_for(node) if scope else set()
        if any(name.source is QualifiedNameSource.LOCAL for name in names):
            return frozenset()
        return frozenset(name.name for name in names)

    def api(self, node: cst.CSTNode) -> str:
        """The one imported (or built-in) thing that ``node`` surely is, or an empty string."""
        names = self.apis(node)
        return next(iter(names)) if len(names) == 1 else ""

    def assigned_values(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        """What the plain variable ``node`` is ever bound to; empty where that is not all known."""
        scope = self.scope(node)
        if not isinstance(node, cst.Name) or scope is None:
            return []
        values = [self._bound_value(binding) for binding in scope[node.value]]
        known = [value for value in values if value is not None]
        return known if len(known) == len(values) else []

    def _bound_value(self, binding: BaseAssignment) -> cst.BaseExpression | None:
        if not isinstance(binding, Assignment):
            return None
        around = self.parent(binding.node)
        outer = self.parent(around) if around else None
        if isinstance(around, cst.AssignTarget) and isinstance(outer, cst.Assign):
            return outer.value
        if isinstance(around, cst.AnnAssign) and around.target is binding.node:
            return around.value
        if isinstance(around, cst.AsName) and isinstance(outer, cst.WithItem):
            return outer.item
        return None

    def made_by(self, node: cst.CSTNode) -> frozenset[str]:
        """The calls that the plain variable ``node`` surely comes from, by full dotted names."""
        values = self.assigned_values(node)
        makers = [self.api(v.func) if isinstance(v, cst.Call) else "" for v in values]
        return frozenset(makers) if all(makers) else frozenset()

    @property
    def stem(self) -> str:
        """The file's name without folder and extension: what others import it as."""
        return PurePath(self.filename.replace("\\", "/")).stem


def is_dotted(node: cst.CSTNode) -> bool:
    """Whether ``node`` is nothing but names joined by dots."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def constant(node: cst.CSTNode | None) -> object:
    """The value of a literal, or None where ``node`` is none (or is the literal None)."""
    if not isinstance(node, cst.BaseExpression):
        return None
    try:
        return ast.literal_eval(cst.Module([]).code_for_node(node).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def is_name(node: cst.CSTNode | None, value: str) -> bool:
    """Whether ``node`` is the bare name ``value``, such as True or None."""
    return isinstance(node, cst.Name) and node.value == value
