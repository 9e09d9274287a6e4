"""The parts of a file and what each does, from its syntax tree: Python here, others in ``trees``.

Code that does not parse here is read as tokens instead (see ``outline``), with less to tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from pipeline.analysis.behaviour import describe_function, effects
from pipeline.analysis.environment import assumptions, is_main_guard, runs_on_import
from pipeline.analysis.errors import TaskRefused
from pipeline.analysis.names import Imports, joined
from pipeline.analysis.nodes import walk
from pipeline.analysis.reading import UNPARSABLE, read
from pipeline.analysis.types import Component

MOST_COMPONENTS = 400
CLAIM_LENGTH = 200


def components(tree: ast.Module, imports: Imports) -> Iterator[Component]:
    """Module, classes with their methods, functions, entry point; in text order."""
    local = frozenset(
        n.name
        for n in tree.body
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )
    last = max((n.end_lineno or 1 for n in tree.body), default=1)
    yield _component("module", "(file)", 1, last, _module(tree, imports))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield from _class(node, imports, local)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            description = describe_function(node, imports, local)
            yield _component("function", node.name, node.lineno, node.end_lineno, description)
        elif is_main_guard(node):
            yield _entry_point(node, imports)


def _component(kind: Any, name: str, line: int, end: int | None, description: str) -> Component:
    return Component(kind=kind, name=name, line=line, end_line=end or line, description=description)


def _claim(node: ast.Module | ast.ClassDef) -> str:
    """The first line of a docstring, marked as the author's own words."""
    first = (ast.get_docstring(node) or "").strip().split("\n")[0][:CLAIM_LENGTH]
    return f'Says of itself: "{first}"' if first else ""


def _module(tree: ast.Module, imports: Imports) -> str:
    done = effects(runs_on_import(tree), imports)
    importing = f"Importing it already {joined(done)}." if done else ""
    return " ".join(part for part in (_claim(tree), importing) if part)


def _class(node: ast.ClassDef, imports: Imports, local: frozenset[str]) -> Iterator[Component]:
    methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    bases = [ast.unparse(base)[:80] for base in node.bases]
    parts = [f"A kind of {joined(bases)}" if bases else "A class", f"with {len(methods)} methods"]
    description = " ".join([" ".join(parts) + ".", _claim(node)]).strip()
    yield _component("class", node.name, node.lineno, node.end_lineno, description)
    for method in methods:
        text = describe_function(method, imports, local)
        name = f"{node.name}.{method.name}"
        yield _component("method", name, method.lineno, method.end_lineno, text)


def _entry_point(node: ast.stmt, imports: Imports) -> Component:
    called = [
        f"{imports.full_name(n.func)}()"
        for n in walk(node)
        if isinstance(n, ast.Call) and imports.full_name(n.func)
    ]
    what = f"Started as a program, it calls {joined(dict.fromkeys(called), 4)}." if called else ""
    return _component("statement", "entry point", node.lineno, node.end_lineno, what)


def task(payload: dict[str, Any]) -> dict[str, Any]:
    """Sandbox task: ``{"code"}``, and ``"language"`` unless Python, to components, imports and
    assumptions; refuses Python that is no tree.
    """
    if payload.get("language", "python") != "python":
        from pipeline.analysis.trees import structure

        return structure.task(payload)
    reading = read(payload["code"])
    try:
        tree = reading.tree
    except UNPARSABLE as error:
        raise TaskRefused("the code does not parse here") from error
    imports = reading.imports
    found = [c for c, _ in zip(components(tree, imports), range(MOST_COMPONENTS), strict=False)]
    return {
        "components": [component.model_dump(mode="json") for component in found],
        "imports": imports.described(),
        "assumptions": assumptions(reading.nodes, imports),
    }
