"""Facts about one Python text that fixers ask for: places, names and where names come from."""

from __future__ import annotations

import builtins
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import PurePath
from typing import Any, TypeVar, cast

import libcst as cst
from libcst.metadata import (
    Assignment,
    BaseAssignment,
    BuiltinAssignment,
    ByteSpanPositionProvider,
    CodeSpan,
    MetadataWrapper,
    QualifiedNameSource,
    Scope,
    ScopeProvider,
)

from pipeline.analysis.fixers.nodes import dotted, imported_names, parents_in

NEWLINE = re.compile(rb"\r\n|\r|\n")
Node = TypeVar("Node", bound=cst.CSTNode)


class UnreadableError(Exception):
    """The syntax tree library does not understand this text, though Python may."""


class Source:
    """One parsed text. Offsets are bytes of its UTF-8 form, lines count from 1.

    Raises UnreadableError where the tree cannot be built or does not cover the text, when made or
    when first asked for a place.
    """

    def __init__(self, text: str, filename: str = "") -> None:
        self.text = text
        self.raw = text.encode()
        self.filename = filename
        self._by_kind: dict[type, list[Any]] = {}
        self._sorted: dict[type, list[Any]] = {}
        self._inside: dict[tuple[cst.CSTNode, type], list[Any]] = {}
        self.memory: dict[object, Any] = {}  # what fixers worked out and may ask again
        try:
            self.module = cst.parse_module(text)
        except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError) as error:
            raise UnreadableError(str(error).splitlines()[0]) from error

    @cached_property
    def _facts(self) -> tuple[Mapping[cst.CSTNode, CodeSpan], Mapping[cst.CSTNode, Scope | None]]:
        """Spans and scopes of all nodes; most of the cost, so made when first asked for."""
        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        found = wrapper.resolve_many((ByteSpanPositionProvider, ScopeProvider))
        spans = cast("Mapping[cst.CSTNode, CodeSpan]", found[ByteSpanPositionProvider])
        unwritten = 0 if self.module.has_trailing_newline else len(self.module.default_newline)
        if spans[self.module].length - unwritten != len(self.raw):
            raise UnreadableError("the tree does not cover the whole text")
        return spans, cast("Mapping[cst.CSTNode, Scope | None]", found[ScopeProvider])

    @cached_property
    def _parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        return parents_in(self.module)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in NEWLINE.finditer(self.raw))]

    @cached_property
    def calls(self) -> list[cst.Call]:
        """Every call."""
        return self.all(cst.Call)

    def calls_of(self, names: Collection[str]) -> list[tuple[cst.Call, str]]:
        """Every call that is surely of one of these APIs, with the API's full dotted name."""
        key = ("calls_of", *names)
        if key not in self.memory:
            self.memory[key] = self._find_calls(names)
        return list(self.memory[key])

    def _find_calls(self, names: Collection[str]) -> list[tuple[cst.Call, str]]:
        wanted = [call for name in names for call in self._calls_by_guess.get(name, [])]
        sure = [(call, self.api(call.func)) for call in wanted]
        found = {call: name for call, name in sure if name in names}
        return sorted(found.items(), key=lambda item: self.span(item[0]))

    @cached_property
    def imported(self) -> dict[str, set[str]]:
        """Every name that an import binds, with the full dotted names it may stand for."""
        return imported_names(self.all(cst.Import), self.all(cst.ImportFrom))

    @cached_property
    def _calls_by_guess(self) -> dict[str, list[cst.Call]]:
        """Calls by what the file's imports make of their names, whatever else the names may be."""
        found: dict[str, list[cst.Call]] = {}
        for call in self.calls:
            first, _, rest = dotted(call.func).partition(".")
            for origin in self.imported.get(first, {f"builtins.{first}"}):
                found.setdefault(f"{origin}.{rest}" if rest else origin, []).append(call)
        return found

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of that kind, outer ones first."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [node for node in self._parents if isinstance(node, kind)]
        return self._by_kind[kind]

    def _in_order(self, kind: type[Node]) -> list[Node]:
        if kind not in self._sorted:
            self._sorted[kind] = sorted(self.all(kind), key=lambda node: self.span(node))
        return self._sorted[kind]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of ``node``, without the parentheses around it."""
        place = self._facts[0][node]
        return place.start, place.start + place.length

    def line_at(self, offset: int) -> int:
        """The line that the byte at ``offset`` is on."""
        return bisect_right(self._line_starts, offset)

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
        key = (outer, kind)
        if key not in self._inside:
            start, end = self.span(outer)
            nodes = self._in_order(kind)
            first = bisect_left(nodes, start, key=lambda node: self.span(node)[0])
            last = bisect_left(nodes, end, key=lambda node: self.span(node)[0])
            inside = [node for node in nodes[first:last] if self.span(node)[1] <= end]
            self._inside[key] = inside
        return self._inside[key]

    def uses(self, outer: cst.CSTNode, name: str) -> list[cst.Name]:
        """Every place inside of ``outer`` where the bare ``name`` is written."""
        key = ("uses", outer)
        if key not in self.memory:
            found: dict[str, list[cst.Name]] = {}
            for use in self.within(outer, cst.Name):
                found.setdefault(use.value, []).append(use)
            self.memory[key] = found
        return list(self.memory[key].get(name, []))

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The scope that names in ``node`` are looked up in."""
        for place in (node, *self.ancestors(node)):
            scope = self._facts[1].get(place)
            if scope is not None:
                return scope
        return None

    @cached_property
    def scopes(self) -> set[Scope]:
        """Every scope of the text."""
        return {scope for scope in self._facts[1].values() if scope is not None}

    def bindings(self, name: str) -> list[BaseAssignment]:
        """Every binding of ``name``, in whatever scope of this text it happens."""
        key = ("bindings", name)
        if key not in self.memory:
            self.memory[key] = [
                binding
                for scope in self.scopes
                for binding in scope.assignments[name]
                if not isinstance(binding, BuiltinAssignment)
            ]
        return list(self.memory[key])

    def apis(self, node: cst.CSTNode) -> frozenset[str]:
        """The imported (or built-in) things that ``node`` can be, by their full dotted names.

        Empty unless every binding of its first name is an import: a parameter, a local variable
        or an attribute of some object is never taken for the library's function of that name.
        """
        first = dotted(node).partition(".")[0]
        if first not in self.imported and not hasattr(builtins, first):
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
        known = self.known_values(node)
        complete = isinstance(node, cst.Name) and scope and len(known) == len(scope[node.value])
        return known if complete else []

    def known_values(self, node: cst.CSTNode) -> list[cst.BaseExpression]:
        """Those values of the plain variable ``node`` that can be seen; there may be others."""
        scope = self.scope(node)
        if not isinstance(node, cst.Name) or scope is None:
            return []
        values = [self._bound_value(binding) for binding in scope[node.value]]
        return [value for value in values if value is not None]

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

    def variable_of(self, call: cst.Call) -> cst.Name | None:
        """The one plain variable that the result of ``call`` is bound to, by ``=`` or ``with``."""
        outer = self.parent(call)
        target: cst.CSTNode | None = None
        if isinstance(outer, cst.Assign) and len(outer.targets) == 1:
            target = outer.targets[0].target
        elif isinstance(outer, cst.WithItem) and outer.asname:
            target = outer.asname.name
        return target if isinstance(target, cst.Name) else None

    def made_by(self, node: cst.CSTNode) -> frozenset[str]:
        """The calls that the plain variable ``node`` surely comes from, by full dotted names."""
        values = self.assigned_values(node)
        makers = [self.api(v.func) if isinstance(v, cst.Call) else "" for v in values]
        return frozenset(makers) if all(makers) else frozenset()

    @property
    def stem(self) -> str:
        """The file's name without folder and extension: what others import it as."""
        return PurePath(self.filename.replace("\\", "/")).stem
