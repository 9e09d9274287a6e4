"""yaml.load that can build any Python object becomes safe_load (CWE-502)."""

from __future__ import annotations

import re

import libcst as cst

from pipeline.analysis.fixers import arguments
from pipeline.analysis.fixers.base import Edit, Fixer, Plan
from pipeline.analysis.fixers.nodes import dotted
from pipeline.analysis.fixers.source import Source

TITLE = "YAML is read as plain data: documents that ask for Python objects are now refused"

#: function -> its safe counterpart
LOADERS = {
    "yaml.load": "safe_load",
    "yaml.full_load": "safe_load",
    "yaml.unsafe_load": "safe_load",
    "yaml.load_all": "safe_load_all",
    "yaml.full_load_all": "safe_load_all",
    "yaml.unsafe_load_all": "safe_load_all",
}
UNSAFE = {"yaml.Loader", "yaml.FullLoader", "yaml.UnsafeLoader", "yaml.CLoader", "yaml.CFullLoader"}
FAST = {"yaml.CLoader", "yaml.CFullLoader", "yaml.CUnsafeLoader"}
UNSAFE |= {"yaml.CUnsafeLoader", "yaml.loader.Loader", "yaml.loader.FullLoader"}
SAFE = {"yaml.SafeLoader", "yaml.CSafeLoader", "yaml.BaseLoader", "yaml.CBaseLoader"}
SAFE |= {"yaml.loader.SafeLoader", "yaml.loader.BaseLoader", "yaml.cyaml.CSafeLoader"}
EXTENDING: tuple[str, ...] = (
    "add_constructor",
    "add_multi_constructor",
    "add_implicit_resolver",
    "YAMLObject",
)
EXTENDING += ("add_path_resolver", "!!python/")


def look(source: Source, plan: Plan) -> None:
    """Plan the change of every yaml.load that names an unsafe loader or none."""
    for call, name in source.calls_of(LOADERS):
        _consider(source, plan, call, LOADERS[name])


def _consider(source: Source, plan: Plan, call: cst.Call, safe: str) -> None:
    line = source.line(call)
    loader = arguments.argument(call, "Loader", 1)
    names = source.apis(loader.value) if loader else frozenset()
    if names and names <= SAFE:
        return
    reason = _reason_against(source, call, loader, names)
    if reason:
        plan.refuse(line, reason)
        return
    edits = _edits(source, call, loader, safe)
    if edits is None:
        plan.refuse(
            line, "safe_load is not in reach where load is imported alone; call yaml.safe_load."
        )
        return
    plan.repair(line, TITLE, *edits)


def _reason_against(
    source: Source, call: cst.Call, loader: cst.Arg | None, names: frozenset[str]
) -> str:
    if arguments.has_star(call):
        return "Arguments are passed on with a star, so the loader in use cannot be seen."
    if loader is not None and not (names and names <= UNSAFE):
        return "The loader is one of this program's own; check that it builds no Python objects."
    if any(word in source.text for word in EXTENDING):
        return (
            "The file adds its own YAML tags, which the safe loader does not know; register them "
            "on SafeLoader and call safe_load."
        )
    return ""


def _edits(
    source: Source, call: cst.Call, loader: cst.Arg | None, safe: str
) -> tuple[Edit, ...] | None:
    """Rename the function and drop the loader; None where the new name is out of reach."""
    renames = _renames(source, call, safe)
    if renames is None or loader is None:
        return renames
    if isinstance(loader.value, cst.Attribute) and source.api(loader.value) in FAST:
        return (arguments.replace(source, loader.value.attr, "CSafeLoader"),)
    cut = arguments.drop(source, call, loader)
    return (*renames, cut) if cut else None


def _renames(source: Source, call: cst.Call, safe: str) -> tuple[Edit, ...] | None:
    """Call ``safe`` instead, importing it beside the function where that was imported alone."""
    if isinstance(call.func, cst.Attribute):
        return (arguments.replace(source, call.func.attr, safe),)
    rename = arguments.replace(source, call.func, safe)
    bindings = source.bindings(safe)
    if not bindings:
        alias = _import_of(source, call.func)
        end = source.span(alias)[1] if alias else 0
        return (rename, Edit(end, end, f", {safe}")) if alias else None
    origins = {found.name for b in bindings for found in b.get_qualified_names_for(safe)}
    return (rename,) if origins == {f"yaml.{safe}"} else None


def _import_of(source: Source, func: cst.BaseExpression) -> cst.ImportAlias | None:
    """The part of a top-level ``from yaml import ...`` that binds the name ``func``."""
    for statement in source.all(cst.ImportFrom):
        line = source.parent(statement)
        top = line is not None and source.parent(line) is source.module
        if top and not isinstance(statement.names, cst.ImportStar):
            for alias in statement.names:
                local = alias.asname.name if alias.asname else alias.name
                if dotted(local) == dotted(func):
                    return alias
    return None


FIXER = Fixer(
    id="yaml-load",
    title="YAML that can build any Python object",
    cwe=502,
    repairs="yaml.load and its relatives without a safe loader become yaml.safe_load.",
    answers=("B506", "S506"),
    sign=re.compile(r"\byaml\b"),
    look=look,
    proven=True,
)
