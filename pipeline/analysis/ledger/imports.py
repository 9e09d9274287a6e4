"""No package that the user lacks, and no name that nobody defined."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import sys

from pipeline.analysis.ledger.pair import Pair
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.nodes import walk
from pipeline.analysis.types import VerdictCheck

BUILT_IN = frozenset(
    (*dir(builtins), "__file__", "__name__", "__doc__", "__package__", "__class__")
)


# Packages that come with another: whoever has the one has the other (their declared requirements).
COMPANIONS = {
    "flask": ("markupsafe", "werkzeug", "jinja2", "itsdangerous", "click"),
    "fastapi": ("starlette", "pydantic"),
    "jinja2": ("markupsafe",),
    "requests": ("urllib3", "certifi"),
    "httpx": ("certifi",),
}


def imports_known(pair: Pair) -> VerdictCheck:
    """Modules beyond the original's are of the standard library; names are defined somewhere."""
    old, new = set(pair.old_imports.modules), pair.new_imports
    old |= {each for module in old for each in COMPANIONS.get(module, ())}
    faults = [f"{m} would have to be installed" for m in new.third_party() if m not in old]
    faults += [
        f"{m} is no module of the project seen here"
        for m in new.modules
        if m.startswith(".") and m not in old
    ]
    faults += [f"the standard library has no {name}" for name in _invented(pair)]
    faults += [
        f"{name} is not defined"
        for name in sorted(_undefined(pair.after) - _undefined(pair.before))
    ]
    return verdict_on("imports-known", faults, "everything it needs was there or is in Python")


def _undefined(tree: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere in the file; coarse, so never wrongly."""
    bound, read = set(BUILT_IN), set[str]()
    for node in walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            if node.name == "*":
                return set()
            bound.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return read - bound


def _invented(pair: Pair) -> list[str]:
    """Submodules and members that the standard library here does not have, of modules loaded."""
    found = []
    for name in sorted(set(_imported(pair.after)) - set(_imported(pair.before))):
        module, _, member = name.rpartition(".")
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names and module and not _exists(module, member):
            found.append(name)
    return found


def _imported(tree: ast.Module) -> list[str]:
    names = []
    for node in walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def _exists(module: str, member: str) -> bool:
    """True where it cannot be told without importing something that is not loaded yet."""
    loaded = sys.modules.get(module)
    if loaded is None or member == "*":
        return True
    if hasattr(loaded, member):
        return True
    try:
        return importlib.util.find_spec(f"{module}.{member}") is not None
    except (ImportError, ValueError):
        return False
