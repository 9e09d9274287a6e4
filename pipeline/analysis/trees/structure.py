"""Components and imports of a text in a language with a grammar, read from its syntax tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from pipeline.analysis.names import joined
from pipeline.analysis.outline import outline
from pipeline.analysis.trees.effects import effect_of
from pipeline.analysis.trees.grammars import Parsed, parse
from pipeline.analysis.trees.naming import callee, declared_name, imported, scope_name
from pipeline.analysis.trees.shapes import CLASS, FUNCTION, SHAPES
from pipeline.analysis.trees.walk import nodes
from pipeline.analysis.types import Component

MOST_COMPONENTS = 400
MOST_IMPORTS = 200
MOST_EFFECTS = 8
LITERALS = frozenset(("string", "word", "raw_string", "template_string", "string_literal"))
INCOMPLETE = "the tree has errors, so parts may be missing"


@dataclass
class Scope:
    """A declaration that is being walked; ``kind`` is "" for one that is no component itself."""

    depth: int
    kind: str
    name: str
    line: int
    end_line: int
    effects: dict[str, None] = field(default_factory=dict)


class Reader:
    """Walks one tree and keeps what it declares, imports and calls."""

    def __init__(self, parsed: Parsed, language: str) -> None:
        self.parsed, self.language, self.shape = parsed, language, SHAPES[language]
        self.open: list[Scope] = []
        self.parts: list[Scope] = []
        self.imports: dict[str, None] = {}
        last = parsed.text.rstrip().count(b"\n") + 1
        self.file = Scope(-1, "module", "(file)", 1, last)

    def read(self) -> None:
        """Walk the whole tree."""
        for node, depth in nodes(self.parsed.root):
            while self.open and self.open[-1].depth >= depth:
                self.open.pop()
            self._meet(node, depth)

    def _meet(self, node: Node, depth: int) -> None:
        kind = node.type
        if kind in self.shape.declarations:
            self._declare(node, depth)
        elif kind in self.shape.scopes:
            named = node.child_by_field_name(self.shape.scopes[kind])
            self._enter(Scope(depth, "", scope_name(named, self.parsed), *_lines(node)))
        elif kind in self.shape.imports:
            self._import(self._imported(node))
        elif kind in self.shape.calls:
            self._call(node)

    def _declare(self, node: Node, depth: int) -> None:
        """Keep a declaration, unless it stands inside of a function: that is its own affair."""
        if any(scope.kind in ("function", "method") for scope in self.open):
            return
        name = declared_name(node, self.parsed)
        if not name:
            return
        what: str = self.shape.declarations[node.type]
        owners = [scope.name for scope in self.open if scope.name]
        if what == FUNCTION and (owners or ("." in name and self.language in ("go", "cpp"))):
            what = "method"
        scope = Scope(depth, what, ".".join([*owners, name]), *_lines(node))
        self.parts.append(scope)
        self._enter(Scope(depth, what, name, scope.line, scope.end_line, scope.effects))

    def _enter(self, scope: Scope) -> None:
        self.open.append(scope)

    def _imported(self, node: Node) -> str:
        named = self.shape.imports[node.type]
        wanted = node.child_by_field_name(named) if named else node
        return imported(self.parsed.words(wanted)) if wanted is not None else ""

    def _import(self, name: str) -> None:
        if name and len(self.imports) < MOST_IMPORTS:
            self.imports[name] = None

    def _call(self, node: Node) -> None:
        name = callee(node, self.shape.calls[node.type], self.parsed)
        if name in self.shape.importing:
            self._import(self._first_literal(node))
            return
        effect = effect_of(name, self.language)
        if effect:
            home = next((s for s in reversed(self.open) if s.kind not in ("", CLASS)), self.file)
            home.effects[effect] = None

    def _first_literal(self, node: Node) -> str:
        """The literal text of the first argument of a call; "" where it is computed."""
        arguments = node.child_by_field_name("arguments")
        one = node.child_by_field_name("argument") if arguments is None else None
        first = arguments.named_child(0) if arguments is not None else one
        return imported(self.parsed.words(first)) if first and first.type in LITERALS else ""

    def components(self) -> list[Component]:
        """What was found, in text order; the file itself where its top level does something."""
        own = [self.file] if self.file.effects else []
        return [_component(part) for part in [*own, *self.parts][:MOST_COMPONENTS]]


def _lines(node: Node) -> tuple[int, int]:
    return node.start_point[0] + 1, node.end_point[0] + 1


def _component(part: Scope) -> Component:
    done = joined(list(part.effects), MOST_EFFECTS)
    where = "Outside of functions it" if part.kind == "module" else "It"
    return Component.model_validate(
        {
            "kind": part.kind,
            "name": part.name,
            "line": part.line,
            "end_line": max(part.line, part.end_line),
            "description": f"{where} {done}, by the names of its calls." if done else "",
        }
    )


def read(code: str, language: str) -> tuple[list[Component], list[str], bool]:
    """Components, imports, and whether the tree is whole; raises ImportError without grammar.

    Where the grammar stumbled, declarations that the tokens show are added.
    """
    parsed = parse(code, language)
    reader = Reader(parsed, language)
    reader.read()
    found, imports = reader.components(), list(reader.imports)
    if not parsed.clean:
        declared, mentioned = outline(code, language)
        found = _with_missing(found, declared)
        imports = list(dict.fromkeys([*imports, *mentioned]))
    return found[:MOST_COMPONENTS], imports[:MOST_IMPORTS], parsed.clean


def _with_missing(found: list[Component], declared: Iterable[Component]) -> list[Component]:
    lines = {component.line for component in found if component.kind != "module"}
    names = {component.name.rpartition(".")[2] for component in found}
    missing = [c for c in declared if c.line not in lines and c.name not in names]
    return sorted([*found, *missing], key=lambda component: component.line)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code", "language"}`` to components, imports and assumptions."""
    components, imports, whole = read(payload["code"], payload["language"])
    return {
        "components": [component.model_dump(mode="json") for component in components],
        "imports": imports,
        "assumptions": [],
        "note": "" if whole else INCOMPLETE,
    }
