"""What a Python file expects of the machine it runs on: read from its tree, nothing guessed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.behaviour import DEFINITIONS
from pipeline.analysis.effect_names import (
    PATH_OPENERS,
    PROCESS_CALLS,
    UNIX_ONLY,
    WINDOWS_ONLY,
)
from pipeline.analysis.names import Imports, joined

MOST_ASSUMPTIONS = 60
_HOST = re.compile(r"(?:https?|wss?|ftp|redis|postgres(?:ql)?|mysql|amqp|mongodb)(?:\+\w{1,20})?://"
                   r"(?:[^\s/@'\"]{0,200}@)?([\w.-]{1,200}(?::\d{1,5})?)")  # fmt: skip
SINCE = {
    "NamedExpr": 8,
    "Match": 10,
    "TryStar": 11,
    "TypeAlias": 12,
    "TemplateStr": 14,
    "Interpolation": 14,
}
TYPE_PARAMETERS = 12  # of functions and classes
TELLING = (ast.Constant, ast.Subscript, ast.Call)
_PROGRAM = re.compile(r"[\w./+-]{1,80}$")


def assumptions(nodes: list[ast.AST], imports: Imports) -> list[str]:
    """Plain sentences about a tree, given all its nodes; each once, in a fixed order of kinds."""
    found: dict[str, None] = {}
    for sentence in _general(nodes, imports):
        found[sentence] = None
    for node in nodes:
        for sentence in _of_node(node, imports) if isinstance(node, TELLING) else ():
            found[sentence] = None
    return list(found)[:MOST_ASSUMPTIONS]


def _general(nodes: list[ast.AST], imports: Imports) -> Iterator[str]:
    version = _version(nodes)
    if version:
        yield f"Python 3.{version} or later runs it"
    packages = imports.third_party()
    if packages:
        yield f"These packages, or modules of your own, can be imported: {joined(packages, 20)}"
    if UNIX_ONLY & imports.modules.keys():
        yield f"It runs on Unix ({joined(sorted(UNIX_ONLY & imports.modules.keys()))})"
    if WINDOWS_ONLY & imports.modules.keys():
        yield f"It runs on Windows ({joined(sorted(WINDOWS_ONLY & imports.modules.keys()))})"
    if any(module.startswith(".") for module in imports.modules):
        yield "It is imported as part of its package"


def _version(nodes: list[ast.AST]) -> int:
    """The minor version of Python 3 that the newest construct came with; 0 for old ones only."""
    kinds = {type(node).__name__ for node in nodes}
    versions = [since for kind, since in SINCE.items() if kind in kinds]
    generic = any(getattr(n, "type_params", None) for n in nodes if isinstance(n, DEFINITIONS))
    return max([*versions, TYPE_PARAMETERS if generic else 0])


def _of_node(node: ast.AST, imports: Imports) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for host in _HOST.findall(node.value[:2000]):
            yield f"The host {host} can be reached"
    elif isinstance(node, ast.Subscript):
        name = _text(node.slice)
        if name and imports.full_name(node.value) == "os.environ" and _is_read(node):
            yield f"The environment variable {name} is set"
    elif isinstance(node, ast.Call):
        yield from _of_call(node, imports)


def _is_read(node: ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Load)


def _of_call(node: ast.Call, imports: Imports) -> Iterator[str]:
    name = imports.full_name(node.func)
    first = _text(node.args[0]) if node.args else None
    if name in ("os.getenv", "os.environ.get") and first:
        yield f"The environment variable {first} may be set"
    if name in PATH_OPENERS and first and len(first) <= 200:
        yield f"The file {first} is where it looks for it"
    if name.startswith(PROCESS_CALLS):
        program = _program(node)
        if program:
            yield f"The program {program} is installed"
    for keyword in node.keywords:
        if keyword.arg == "port" and isinstance(keyword.value, ast.Constant):
            yield f"The port {keyword.value.value!s} is free, or answers"


def _program(node: ast.Call) -> str | None:
    """The first word of a constant command."""
    command = node.args[0] if node.args else None
    if isinstance(command, ast.List | ast.Tuple) and command.elts:
        command = command.elts[0]
    if isinstance(command, ast.JoinedStr) and command.values:
        command = command.values[0]
    if isinstance(command, ast.BinOp):
        command = command.left
    words = (_text(command) or "").split() if command is not None else []
    return words[0] if words and _PROGRAM.match(words[0]) else None


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_main_guard(node: ast.AST) -> bool:
    """Whether a statement is ``if __name__ == "__main__":``."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def runs_on_import(tree: ast.Module) -> list[ast.stmt]:
    """Module-level statements that run as soon as the file is imported."""
    quiet = (*DEFINITIONS, ast.Import, ast.ImportFrom)
    return [s for s in tree.body if not isinstance(s, quiet) and not is_main_guard(s)]
